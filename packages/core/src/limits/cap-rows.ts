import type { ProviderCaps } from "../create-bff.ts";
import type { JsonObject } from "../shared/json.ts";

/** The caps as the database keeps them: one row for a provider, one for each operation with its own. */
export function capRows(caps: Readonly<Record<string, ProviderCaps>>): JsonObject[] {
  return Object.entries(caps).flatMap(([provider, { operations = {}, ...whole }]) => [
    { provider, operation: "*", ...toRow(whole) },
    ...Object.entries(operations).map(([operation, own]) => ({ provider, operation, ...toRow(own) })),
  ]);
}

function toRow(cap: { readonly concurrency?: number; readonly startsPerMinute?: number }): JsonObject {
  return { concurrency: cap.concurrency ?? null, starts_per_minute: cap.startsPerMinute ?? null };
}
