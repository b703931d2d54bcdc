import { type ProviderCost, ProviderError, type ProviderErrorCode } from "@genbff/core";
import { bound, vendorNow } from "../shared/retry-after.ts";
import { type FailedAnswer, type StatusErrorChoice, statusError } from "../shared/status-error.ts";
import { envelopeSchema } from "./wire.ts";

/** The HTTP status that belongs to a code, for answers that carry an error under 200. */
const statusOfCode: Record<number, number> = {
  2: 401,
  1002: 401,
  1005: 403,
  1007: 429,
  2000: 429,
  2001: 404,
  2010: 403,
  2013: 403,
  2019: 404,
  4001: 404,
};

const unusable: StatusErrorChoice = { code: "asset_unusable" };
const ourMistake: StatusErrorChoice = { code: "provider_unavailable", operator: true };
const choices: Record<number, StatusErrorChoice> = {
  2008: { code: "content_rejected", details: { stage: "input" }, final: true },
  2009: { code: "validation_failed", details: { field: "prompt" } },
  // What it is to work on is gone, was made with another key, or is of a kind that it cannot work on.
  2001: unusable,
  2005: unusable,
  2006: unusable,
  2007: unusable,
  2003: unusable,
  2004: unusable,
  2020: unusable,
  2021: unusable,
  2022: unusable,
  2011: unusable,
  2012: unusable,
  2019: unusable,
  // Too hard a shape, or too long a queue: neither this server nor its operator can help.
  2018: { code: "provider_failed" },
  // No credit of ours at the vendor: no waiting cures it, and it is never the user's fault.
  2010: { ...ourMistake, final: true },
  2002: ourMistake,
  2013: ourMistake,
  2015: ourMistake,
  2016: ourMistake,
  2017: ourMistake,
  // Their content check broke down; nothing was said about the content.
  2014: { code: "provider_unavailable" },
};

/** Translates a refusal. HTTP decides the outcome; `code` refines it, and decides where HTTP says 200. */
export function tripoError(failed: Omit<FailedAnswer, "vendor" | "label">): ProviderError {
  const code = envelopeSchema.safeParse(failed.body).data?.code ?? 0;
  const hidden = failed.status >= 200 && failed.status < 300;
  const label = `${code || "no code"}${hidden ? " in a 200" : ""}`;
  const status = hidden ? statusBehind(code) : failed.status;
  const choice = { ...choices[code], retryAfterMs: code === 1007 ? untilReset(failed.headers) : undefined };
  return statusError({ ...failed, vendor: "tripo", label, status }, choice);
}

/** Whether an answer says that there is no such task. */
export function isTaskNotFound(status: number, body: unknown): boolean {
  return status === 404 || envelopeSchema.safeParse(body).data?.code === 2001;
}

/** A task that the vendor took and that ended without a model. The vendor does not charge for it. */
export function failedTask(
  status: string,
  errorCode: number | undefined,
  cost?: ProviderCost | undefined,
): ProviderError {
  const code = codeOfFailure(status, errorCode);
  return new ProviderError(code, {
    // It let the words and the pictures in: what it refuses is what became of them.
    ...(code === "content_rejected" ? { details: { stage: "output" } } : {}),
    outcome: "failed",
    message: `tripo: the task ended as ${status}${errorCode === undefined ? "" : ` (${errorCode})`}`,
    cost,
  });
}

/** A task that the vendor does not know any more, long after it took it. */
export function lostTask(): ProviderError {
  return new ProviderError("provider_failed", {
    outcome: "failed",
    message: "tripo: the task is gone; was the key replaced by one of another account?",
    upstreamStatus: 404,
    operator: true,
  });
}

function codeOfFailure(status: string, errorCode: number | undefined): ProviderErrorCode {
  if (status === "banned" || errorCode === 2008) return "content_rejected";
  return status === "expired" ? "provider_timeout" : "provider_failed";
}

/** An error we do not know, or 1000 and 1001, may hide a task that was made: as a 500 it stays an open question. */
function statusBehind(code: number): number {
  return statusOfCode[code] ?? (code in choices || code === 1003 || code === 1004 ? 400 : 500);
}

function untilReset(headers: Headers): number | undefined {
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  return Number.isFinite(reset) ? bound(reset * 1000 - vendorNow(headers, Date.now())) : undefined;
}
