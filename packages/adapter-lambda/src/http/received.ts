import { AppError, type Peer } from "@genbff/core";
import { type LambdaContext, workMs } from "../invocation.ts";
import type { HttpEvent } from "./events.ts";
import { toRequest } from "./to-request.ts";

/** A request that is being answered. */
export interface BeingAnswered {
  readonly request: Request;
  readonly host: Peer;
  /** The client has gone. */
  leave(): void;
  /** It is answered. */
  done(): void;
}

/**
 * Lambda takes events of 6 MB, and bodies are in them as base64.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const bodyLengthMax = 6 * 1024 * 1024;
const bodyBytesMax = Math.floor((bodyLengthMax * 3) / 4);

/** Reads an event. Whoever waits for news is answered before the function's own time is up. */
export function received(
  given: HttpEvent,
  context: LambdaContext,
  options: { readonly pathPrefix?: string | undefined },
): BeingAnswered {
  const leaving = new AbortController();
  const timer = setTimeout(() => leaving.abort(), workMs(context));
  const { request, remoteAddress } = toRequest(given, { signal: leaving.signal, ...options });
  const isTooLarge = (given.event.body?.length ?? 0) > bodyLengthMax;
  const details = {
    bytes_max: bodyBytesMax,
    instead: "POST /uploads with JSON, then PUT to the link it answers with",
  };
  return {
    request,
    host: {
      remoteAddress,
      ...(isTooLarge ? { refusal: new AppError("payload_too_large", { details }) } : {}),
    },
    leave: () => leaving.abort(),
    done: () => clearTimeout(timer),
  };
}
