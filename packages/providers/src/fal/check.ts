import type { JobReference, JsonValue, ProviderAnswer, ProviderContext } from "@genbff/core";
import type { AnyModelOffer } from "../any-model/offer.ts";
import { toAnswer } from "../any-model/to-answer.ts";
import { doubted, trusted } from "../shared/doubt.ts";
import type { Http, HttpAnswer } from "../shared/http.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { slug } from "../shared/status-error.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { failedJob, falError, lostRequest } from "./errors.ts";
import { type FalStatus, statusSchema } from "./wire.ts";

/** A request, and how it is asked for. */
export interface AskedRequest {
  readonly http: Http;
  readonly reference: JobReference;
  readonly path: string;
  readonly offer: AnyModelOffer;
  readonly pollMs: number;
  readonly timeoutMs: number;
}

/** Asks how a request is, and takes its result when it is finished. */
export async function check(asked: AskedRequest, context: ProviderContext): Promise<ProviderAnswer> {
  const status = await readStatus(asked, context);
  if ("state" in status) return status;
  const running = {
    state: "running",
    reference: trusted(asked.reference),
    pollAfterMs: asked.pollMs,
  } as const;
  switch (status.status) {
    case "IN_QUEUE":
      return { ...running, stage: "Waiting for its turn" };
    case "IN_PROGRESS":
      return { ...running, stage: "Working on it" };
    case "COMPLETED":
      return takeResult(asked, status, context);
    default: {
      // A word of tomorrow ends nothing: a paid job must not be given up.
      const word = slug(status.status) ?? "unreadable";
      context.logger.warn({ provider: "fal", status: word }, "unknown request status");
      return running;
    }
  }
}

async function readStatus(
  asked: AskedRequest,
  { signal, logger }: ProviderContext,
): Promise<FalStatus | Exclude<ProviderAnswer, { state: "done" }>> {
  const answer = await read(asked, `${asked.path}/status?logs=0`, signal);
  if (!answer.ok) {
    const { status, headers } = answer;
    const body = await readErrorBody(answer);
    if (status === 404)
      return (
        doubted(asked.reference, { vendor: "fal", pollMs: asked.pollMs, logger }) ?? {
          state: "refused",
          error: lostRequest(),
        }
      );
    throw falError({ purpose: "read", status, headers, body });
  }
  const status = statusSchema.safeParse(await readJson(answer));
  if (status.success) return status.data;
  throw brokenCall({ vendor: "fal", purpose: "read", why: "the status cannot be read" });
}

/** `COMPLETED` is said of failures too: they are told in place of the result, with an error's status. */
async function takeResult(
  asked: AskedRequest,
  status: FalStatus,
  { signal, logger }: ProviderContext,
): Promise<ProviderAnswer> {
  const { reference, offer, path } = asked;
  const answer = await read(asked, path, signal);
  const { status: httpStatus, headers } = answer;
  if (answer.ok) {
    const output = (await readJson(answer)) as JsonValue;
    const seconds = status.metrics?.inference_time;
    return toAnswer({ vendor: "fal", reference, offer, output, seconds });
  }
  const body = await readErrorBody(answer);
  const fields = Object.keys(offer.parameters.shape).concat("prompt");
  const told = status.error != null || status.error_type != null;
  const failed = failedJob(httpStatus, headers, body, { fields, told });
  if (failed !== undefined) {
    const { error, sure } = failed;
    return (
      (sure ? undefined : doubted(reference, { vendor: "fal", pollMs: asked.pollMs, logger })) ?? {
        state: "refused",
        error,
      }
    );
  }
  throw falError({ purpose: "read", status: httpStatus, headers, body });
}

function read({ http, timeoutMs }: AskedRequest, path: string, signal: AbortSignal): Promise<HttpAnswer> {
  return http({ purpose: "read", method: "GET", path, signal, answerTimeoutMs: timeoutMs });
}
