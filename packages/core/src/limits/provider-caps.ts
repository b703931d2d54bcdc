import type { JsonObject } from "../shared/json.ts";

/** What a provider's account allows. */
export interface ProviderCaps {
  /** Generations at this provider at the same time. */
  readonly concurrency?: number;
  /** Generations started at this provider within any minute. */
  readonly startsPerMinute?: number;
  /** Operation → its own caps, beside those of the whole provider. */
  readonly operations?: Readonly<
    Record<string, { readonly concurrency?: number; readonly startsPerMinute?: number }>
  >;
}

/** The caps as the database keeps them: one row for a provider, one for each operation with its own. */
export function toCapRows(caps: Readonly<Record<string, ProviderCaps>>): JsonObject[] {
  return Object.entries(caps).flatMap(([provider, { operations = {}, ...whole }]) => [
    { provider, operation: "*", ...toRow(whole) },
    ...Object.entries(operations).map(([operation, own]) => ({ provider, operation, ...toRow(own) })),
  ]);
}

function toRow(cap: { readonly concurrency?: number; readonly startsPerMinute?: number }): JsonObject {
  return { concurrency: cap.concurrency ?? null, starts_per_minute: cap.startsPerMinute ?? null };
}
