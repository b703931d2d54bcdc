import type { ProviderCost } from "@genbff/core";
import type { GeminiAnswer } from "./wire.ts";

/** What answers took, in tokens: the unit of the vendor's bill. Nothing if it did not say. */
export function costOf(...answers: (GeminiAnswer | undefined)[]): ProviderCost | undefined {
  let tokens: number | undefined;
  for (const answer of answers) {
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } =
      answer?.usageMetadata ?? {};
    const parts = [promptTokenCount, candidatesTokenCount, thoughtsTokenCount].filter((n) => n !== undefined);
    const total = totalTokenCount ?? (parts.length > 0 ? parts.reduce((sum, n) => sum + n, 0) : undefined);
    if (total !== undefined) tokens = (tokens ?? 0) + total;
  }
  return tokens === undefined ? undefined : { unit: "tokens", amount: tokens };
}
