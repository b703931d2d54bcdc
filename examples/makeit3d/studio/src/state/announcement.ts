import type { GenerationStatus } from "@genbff/client-sdk";
import { credits, plural } from "../shell/words.ts";

/** What a change means for somebody who listens: the ends, not each percent. */
export function announcement(before: GenerationStatus | undefined, now: GenerationStatus): string | null {
  if (before?.status === now.status) return null;
  const model = now.operation.endsWith("model");
  if (now.status === "complete") {
    const what = model ? "Your model is ready." : `${plural(now.assets.length, "picture")} ready.`;
    const lacking = now.failures.length;
    return lacking
      ? `${now.assets.length} of ${now.assets.length + lacking} arrived. ${credits(now.credits.charged)}.`
      : `${what} ${credits(now.credits.charged)}.`;
  }
  if (now.status === "failed") return `${now.error?.message ?? "It did not work."} Not charged.`;
  if (now.status === "cancelled") return "Cancelled. Not charged.";
  return null;
}
