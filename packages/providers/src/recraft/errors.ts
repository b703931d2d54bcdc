import type { ProviderError } from "@genbff/core";
import { type FailedAnswer, type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { errorSchema } from "./wire.ts";

/** The vendor documents no signal for it: whatever sounds like it is taken for it. */
const moderation = /moderation|safety|nsfw|prohibited/i;
const money =
  /(not enough|insufficient)[ _-]+(api[ _-]+)?(credit|unit|fund|balance)|(credit|unit|balance)s? (exceeded|exhausted)/i;

/** Translates a refusal. The vendor publishes no table of codes, so the status decides nearly all of it. */
export function recraftError(failed: Omit<FailedAnswer, "vendor" | "label">): ProviderError {
  const { code, message = "" } = errorSchema.safeParse(failed.body).data ?? {};
  const choice = choose(failed.status, `${code ?? ""} ${message}`);
  return statusError({ ...failed, vendor: "recraft", label: slug(code) }, choice);
}

function choose(status: number, words: string): StatusErrorChoice {
  if (status < 400 || status >= 500) return {};
  // No money on our account there: no waiting cures it, and it is never the user's fault.
  if (status === 402 || money.test(words))
    return { code: "provider_unavailable", operator: true, final: true };
  // What they say of our key and of our pace is no word about the content, whatever words they use.
  if (status === 401 || status === 429) return {};
  if (moderation.test(words)) return { code: "content_rejected", details: { stage: "input" }, final: true };
  return {};
}
