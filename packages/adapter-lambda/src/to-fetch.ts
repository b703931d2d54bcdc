import type { Peer } from "@genbff/core";
import { invoked } from "./invocation.ts";
import { workMsDefault } from "./to-lambda.ts";

/** How requests reach the function. */
export interface FetchOptions {
  /** What the platform takes off the path before the function sees it, e.g. `/functions/v1`. Default nothing. */
  readonly pathPrefix?: string | undefined;
  /** How long a request works on generations, where the engine is `onDemand()`. Default 20 s. */
  readonly budgetMs?: number | undefined;
}

/** A BFF's `fetch`, for a host whose process ends after the answer unless it is told to wait. */
export type EndingFetch = (
  request: Request,
  host: Peer & { readonly waitUntil: NonNullable<Peer["waitUntil"]> },
) => Promise<Response>;

/**
 * Answers the requests of functions that speak Fetch and live a while after their answer, as Supabase Edge Functions do.
 * Mount it at the BFF's `basePath`: the path that clients ask for.
 *
 * It answers at once; `host.waitUntil` is told of what would be lost with the process. A stream says what is true now
 * and ends: whoever comes back moves his generations on, and an open line would not.
 *
 * @example
 * const answer = toFetch(bff, { pathPrefix: "/functions/v1" });
 * Deno.serve((request) => answer(request, EdgeRuntime));
 */
export function toFetch(
  bff: { readonly fetch: (request: Request, host?: object) => Promise<Response> },
  { pathPrefix = "", budgetMs = workMsDefault }: FetchOptions = {},
): EndingFetch {
  return (request, host) =>
    invoked(budgetMs, () => {
      const { remoteAddress, refusal } = host;
      // As a method: some platforms' functions need their `this`.
      const waitUntil = (work: Promise<unknown>) => host.waitUntil(work);
      const peer: Peer = { remoteAddress, refusal, waitUntil, buffers: true };
      return bff.fetch(pathPrefix === "" ? request : below(pathPrefix, request), peer);
    });
}

/** The request as the client wrote it. */
function below(pathPrefix: string, request: Request): Request {
  const url = new URL(request.url);
  url.pathname = pathPrefix + url.pathname;
  return new Request(url, request);
}
