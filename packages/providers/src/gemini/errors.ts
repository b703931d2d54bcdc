import { type Logger, ProviderError } from "@genbff/core";
import { bound } from "../shared/retry-after.ts";
import { type FailedAnswer, type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { costOf } from "./cost.ts";
import { errorSchema, type GeminiAnswer, type GeminiRefusal } from "./wire.ts";

/**
 * Translates a refusal. The status decides the outcome; the body tells how long to wait, which the headers do not:
 * https://ai.google.dev/gemini-api/docs/troubleshooting
 */
export function geminiError(failed: Omit<FailedAnswer, "vendor" | "label">): ProviderError {
  const error = errorSchema.safeParse(failed.body).data?.error ?? {};
  return statusError(
    { ...failed, vendor: "gemini", label: slug(error.status) },
    choose(failed.status, error),
  );
}

function choose(status: number, { status: word, message, details = [] }: GeminiRefusal): StatusErrorChoice {
  if (status === 429) {
    const violations = details.flatMap((detail) => detail.violations ?? []);
    // A day is longer than any deadline, and a tier without a quota never gets one: both are the operator's.
    const hopeless =
      violations.some(({ quotaId, quotaValue }) => quotaId?.includes("PerDay") || quotaValue === "0") ||
      /\blimit: 0\b/.test(message ?? "");
    if (hopeless) return { code: "provider_unavailable", operator: true, final: true };
    return { retryAfterMs: readDuration(details.find((detail) => detail.retryDelay)?.retryDelay) };
  }
  const ourAccount = word === "FAILED_PRECONDITION" || details.some(isInvalidKey);
  return ourAccount ? { code: "provider_unavailable", operator: true } : {};
}

/** What a finish reason means for the output: https://ai.google.dev/api/generate-content#FinishReason */
const finishReasons = new Map<string, "stopped" | "rejected" | "failed">([
  ["STOP", "stopped"],
  ["SAFETY", "rejected"],
  ["BLOCKLIST", "rejected"],
  ["PROHIBITED_CONTENT", "rejected"],
  ["SPII", "rejected"],
  ["IMAGE_SAFETY", "rejected"],
  ["IMAGE_PROHIBITED_CONTENT", "rejected"],
  ["RECITATION", "rejected"],
  ["IMAGE_RECITATION", "rejected"],
  ["NO_IMAGE", "failed"],
  ["IMAGE_OTHER", "failed"],
  ["MAX_TOKENS", "failed"],
  ["OTHER", "failed"],
  ["FINISH_REASON_UNSPECIFIED", "failed"],
  ["LANGUAGE", "failed"],
  ["MALFORMED_FUNCTION_CALL", "failed"],
  ["UNEXPECTED_TOOL_CALL", "failed"],
  ["TOO_MANY_TOOL_CALLS", "failed"],
  ["MALFORMED_RESPONSE", "failed"],
  ["CONTINUATION", "failed"],
]);

/** Whether the model says that it has said all. */
export function isComplete(answer: GeminiAnswer | undefined): boolean {
  return finishReasons.get(reasonOf(answer) ?? "") === "stopped";
}

/** The refusal of a prompt or of what was made of it, which comes with status 200. */
export function rejectionOf(answer: GeminiAnswer | undefined): ProviderError | undefined {
  const blockReason = answer?.promptFeedback?.blockReason;
  if (blockReason !== undefined) return rejected("input", blockReason);
  const reason = reasonOf(answer) ?? "";
  return finishReasons.get(reason) === "rejected" ? rejected("output", reason) : undefined;
}

/**
 * Why an answer with status 200 holds nothing that can be used. A reason that is new to us ends the generation too,
 * loudly, for the answer is complete. Without any reason the question stays open.
 */
export function withoutOutput(answer: GeminiAnswer | undefined, logger: Logger): ProviderError {
  const rejection = rejectionOf(answer);
  if (rejection !== undefined) return rejection;
  const reason = reasonOf(answer);
  if (reason === undefined) return lostAnswer("the answer holds nothing");
  const word = slug(reason) ?? "unreadable";
  if (!finishReasons.has(reason))
    logger.warn({ provider: "gemini", finish_reason: word }, "unknown finish reason");
  return new ProviderError("provider_failed", {
    outcome: "failed",
    message: `gemini: no output in an answer with status 200 (${word})`,
    cost: costOf(answer),
  });
}

/** An answer of which nobody can tell what it holds. */
export function lostAnswer(why: string): ProviderError {
  return new ProviderError("submission_unknown", { outcome: "unknown", message: `gemini: ${why}` });
}

function reasonOf(answer: GeminiAnswer | undefined): string | undefined {
  return answer?.candidates?.[0]?.finishReason;
}

/** A prompt is refused before the work, a picture after it. */
function rejected(stage: "input" | "output", reason: string): ProviderError {
  return new ProviderError("content_rejected", {
    outcome: stage === "input" ? "refused" : "failed",
    message: `gemini: content refused in an answer with status 200 (${slug(reason) ?? "unreadable reason"})`,
    details: { stage },
  });
}

/** A key that is wrong comes as a 400. */
function isInvalidKey({ reason }: { reason?: string | undefined }): boolean {
  return reason === "API_KEY_INVALID";
}

/** `31s` or `31.4s`, in ms. */
function readDuration(text: string | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(text ?? "")?.[1];
  return seconds === undefined ? undefined : bound(Number(seconds) * 1000);
}
