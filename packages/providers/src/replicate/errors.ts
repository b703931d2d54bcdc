import { ProviderError } from "@genbff/core";
import { bound } from "../shared/retry-after.ts";
import { type FailedAnswer, statusError } from "../shared/status-error.ts";
import { errorSchema, type Prediction } from "./wire.ts";

/** Words of models' own filters. There is no code for them: each model has its own sentence. */
export const usualModeration = /nsfw|sensitive|moderat|safety|content polic|prohibited|flagged|explicit/i;

/** Translates a refusal. Only a rate limit is told in words: `Your rate limit resets in ~30s.` */
export function replicateError(failed: Omit<FailedAnswer, "vendor" | "label">): ProviderError {
  const { detail, error, title } = errorSchema.safeParse(failed.body).data ?? {};
  const [, seconds] = /resets in ~?(\d{1,6})\s?s/i.exec(detail ?? error ?? title ?? "") ?? [];
  const retryAfterMs =
    failed.status === 429 && seconds !== undefined ? bound(Number(seconds) * 1000) : undefined;
  // No credit on our account: no waiting cures it.
  const final = failed.status === 402;
  return statusError({ ...failed, vendor: "replicate" }, { retryAfterMs, ...(final ? { final } : {}) });
}

/** A prediction that was taken and ended without an output. Its text decides, and is never repeated. */
export function failedPrediction({ error }: Prediction, moderation: RegExp): ProviderError {
  const text = typeof error === "string" ? error : JSON.stringify(error ?? "");
  // A team's pattern may be sticky or global: a copy of it remembers nothing of the last text.
  if (!new RegExp(moderation.source, moderation.flags.replace(/[gy]/g, "")).test(text)) {
    return ended("provider_failed", "the prediction failed");
  }
  // Only the first sentence says what happened: "NSFW content detected. Try a different prompt." is about the output.
  const stage = /^[^.]*\b(prompt|input)\b/i.test(text) ? "input" : "output";
  return ended("content_rejected", "the model's own filter refused", { stage });
}

/** Makes the error of a prediction that is over. */
export function ended(
  code: "provider_failed" | "content_rejected" | "provider_timeout" | "cancelled" | "output_unavailable",
  why: string,
  details?: Record<string, unknown>,
): ProviderError {
  const told = details === undefined ? {} : { details };
  return new ProviderError(code, { outcome: "failed", message: `replicate: ${why}`, ...told });
}

/** A prediction that the vendor does not know any more. */
export function lostPrediction(): ProviderError {
  return new ProviderError("provider_failed", {
    outcome: "failed",
    message: "replicate: the prediction is gone; was the token replaced by one of another account?",
    upstreamStatus: 404,
    operator: true,
  });
}
