import type { JobReference, JsonValue, ProviderAnswer, ProviderContext } from "@genbff/core";
import type { AnyModelOffer } from "../any-model/offer.ts";
import { toAnswer } from "../any-model/to-answer.ts";
import type { Http, HttpAnswer } from "../shared/http.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { vendorNow } from "../shared/retry-after.ts";
import { slug } from "../shared/status-error.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { failedJob, falError, lostRequest } from "./errors.ts";
import { isFresh } from "./reference.ts";
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
  const running = (stage: string): ProviderAnswer => ({
    state: "running",
    reference: asked.reference,
    pollAfterMs: asked.pollMs,
    stage,
  });
  switch (status.status) {
    case "IN_QUEUE":
      return running("Waiting for its turn");
    case "IN_PROGRESS":
      return running("Working on it");
    case "COMPLETED":
      return takeResult(asked, status, context);
    default: {
      // A word of tomorrow ends nothing: a paid job must not be given up.
      const word = slug(status.status) ?? "unreadable";
      context.logger.warn({ provider: "fal", status: word }, "unknown request status");
      const { reference, pollMs } = asked;
      return { state: "running", reference, pollAfterMs: pollMs };
    }
  }
}

async function readStatus(
  asked: AskedRequest,
  { signal }: ProviderContext,
): Promise<FalStatus | Extract<ProviderAnswer, { state: "refused" }>> {
  const answer = await read(asked, `${asked.path}/status?logs=0`, signal);
  if (!answer.ok) {
    const { status, headers } = answer;
    const body = await readErrorBody(answer);
    const gone = status === 404 && !isFresh(asked.reference, vendorNow(headers, Date.now()));
    if (gone) return { state: "refused", error: lostRequest() };
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
  { signal }: ProviderContext,
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
  const error = failedJob(httpStatus, headers, body, { fields, told });
  if (error !== undefined) return { state: "refused", error };
  throw falError({ purpose: "read", status: httpStatus, headers, body });
}

function read({ http, timeoutMs }: AskedRequest, path: string, signal: AbortSignal): Promise<HttpAnswer> {
  return http({ purpose: "read", method: "GET", path, signal, answerTimeoutMs: timeoutMs });
}
