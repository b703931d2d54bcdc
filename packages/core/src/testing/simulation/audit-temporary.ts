import type { Evidence } from "./audit.ts";
import { linkMs } from "./vendor.ts";

/** An output that was delivered where nothing is kept. */
export interface HandedOn {
  readonly generation_id: string;
  readonly storage_key: string | null;
  readonly asset_url: string | null;
  /** From its delivery to its end; null: it has none. */
  readonly lives_ms: number | null;
}

/**
 * Where outputs are handed on, long after the last of them: each was told with an end, no later than was promised, and
 * nothing leads to it any more.
 */
export function auditHandedOn(
  { world, temporaryMs }: Evidence,
  { generation_id: id, storage_key: key, asset_url: url, lives_ms: livesMs }: HandedOn,
): void {
  if (temporaryMs === undefined) {
    if (key === null) world.blame(`an output of ${id} was handed on by a storage that keeps`);
    return;
  }
  // A file of ours lives as we say, a vendor's as its vendor says: from before it was delivered.
  const longestMs = key === null ? linkMs : temporaryMs;
  if (livesMs === null || livesMs > longestMs)
    world.blame(`an output of ${id} was promised for ${livesMs} ms, and lives for ${longestMs}`);
  if (url !== null) world.blame(`an output of ${id} is kept beyond its end: ${key ?? url}`);
}
