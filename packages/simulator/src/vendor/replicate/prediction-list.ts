import { invalid } from "./refusal.ts";
import type { PredictionRecord } from "./store.ts";

/** One page of predictions, and where the neighbours are. */
interface Page {
  readonly records: readonly PredictionRecord[];
  readonly next: string | null;
  readonly previous: string | null;
}

const pageLength = 100;

/**
 * Cuts a page out of all predictions, newest first.
 *
 * A cursor names the prediction at the edge of the page before: what is made in the meantime moves nothing.
 *
 * @throws Refusal - a cursor that this account was never given.
 */
export function pageOf(all: readonly PredictionRecord[], cursor: string | undefined): Page {
  const [, direction, id] = /^([np])-(\w+)$/.exec(Buffer.from(cursor ?? "", "base64url").toString()) ?? [];
  const at = all.findIndex((record) => record.id === id);
  if (cursor !== undefined && at === -1) throw invalid(["cursor: Invalid cursor"]);
  const from = cursor === undefined ? 0 : direction === "n" ? at + 1 : Math.max(0, at - pageLength);
  const records = all.slice(from, direction === "p" ? at : from + pageLength);
  const to = (way: "n" | "p", record: PredictionRecord | undefined) =>
    record ? Buffer.from(`${way}-${record.id}`).toString("base64url") : null;
  return {
    records,
    next: from + records.length < all.length ? to("n", records.at(-1)) : null,
    previous: from > 0 ? to("p", records[0]) : null,
  };
}
