import type { ProviderAnswer, ProviderError, ProviderOutcome } from "@genbff/core";

/**
 * What a call is for; it decides what a failure means.
 *
 * - `prepare`: before the intent, e.g. an upload. Buys nothing; a lost answer may be repeated.
 * - `submit`: buys. A lost answer is `unknown`.
 * - `read`: looks at what was bought. No answer to it says anything about the purchase, so every failure is
 *   `not_sent`, in the sense of harmless: try later.
 */
export type CallPurpose = "prepare" | "submit" | "read";

/** The table of HTTP statuses: what the vendor may have done when it answers with one. */
export function outcomeOfStatus(
  status: number,
  purpose: CallPurpose,
  retryAfterMs: number | undefined,
): ProviderOutcome {
  if (purpose === "read") return "not_sent";
  if (isRefusal(status, retryAfterMs)) return "refused";
  return purpose === "submit" ? "unknown" : "not_sent";
}

function isRefusal(status: number, retryAfterMs: number | undefined): boolean {
  // A redirect sends us elsewhere before anything was done; 303 alone says "done, look over there".
  if (status >= 300 && status < 400) return status !== 303;
  // These come from servers that may have the request and go on working at it; 499 says that they thought us gone.
  if (status >= 400 && status < 500) return ![408, 425, 499].includes(status);
  return status === 503 && retryAfterMs !== undefined;
}

/** The code that a call without a usable answer ends with. */
export function codeOfLostAnswer(outcome: ProviderOutcome): "submission_unknown" | "provider_unavailable" {
  return outcome === "unknown" ? "submission_unknown" : "provider_unavailable";
}

/**
 * A vendor's no becomes an answer; anything that leaves a question open is thrown.
 *
 * @throws ProviderError - with the outcomes `not_sent` and `unknown`.
 */
export function refusedOrThrow(error: ProviderError): ProviderAnswer {
  if (error.outcome === "refused" || error.outcome === "failed") return { state: "refused", error };
  throw error;
}
