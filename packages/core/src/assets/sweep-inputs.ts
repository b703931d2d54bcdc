import type { BffContext } from "../context.ts";
import { inputTypes } from "./media-types.ts";
import { inputKeyWithoutExtension } from "./path.ts";

const abandonedAfterMs = 24 * 3_600_000;
const batch = 100;

/**
 * Gives up uploads that were begun a day ago and never finished, and removes what lies in storage for them.
 *
 * Any number of processes may call it at once, as often as they like. A crash in between leaves at most a file that
 * nobody can reach.
 *
 * @returns How many were given up; as many as 100 means that there may be more.
 */
export async function sweepInputs(context: Pick<BffContext, "database" | "storage">): Promise<number> {
  const answer = await context.database.call("genbff_abandon_inputs", {
    p_older_ms: abandonedAfterMs,
    p_count: batch,
  });
  const abandoned = answer as { input_asset_id: string; storage_key: string }[];
  // A process that died between storing a file and saying so left it under the extension it had found.
  const keys = abandoned.flatMap(({ input_asset_id: id, storage_key: key }) => [
    key,
    ...inputTypes.map(({ extension }) => `${inputKeyWithoutExtension(id)}.${extension}`),
  ]);
  if (keys.length > 0) await context.storage.remove(keys);
  return abandoned.length;
}
