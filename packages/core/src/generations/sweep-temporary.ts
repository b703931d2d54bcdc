import type { BffContext } from "../context.ts";

/** A start that found a file just before its end is written by then. */
const graceMs = 60_000;
const batch = 100;

/**
 * Removes files whose time is over, where outputs are not kept: `temporaryUrls`. What an open generation works on waits
 * for its end. Any number of processes may call it.
 *
 * The objects go first: a row that is left over is swept again, an object without one never is.
 */
export async function sweepTemporary(context: Pick<BffContext, "database" | "storage">): Promise<void> {
  const { temporary } = context.storage;
  if (temporary === undefined) return;
  const found = await context.database.call("genbff_expired_files", {
    p_inputs_ms: temporary.lifetimeMs,
    p_grace_ms: graceMs,
    p_count: batch,
  });
  const due = found as { id: string; storage_key: string | null }[];
  if (due.length === 0) return;
  await context.storage.remove(due.flatMap(({ storage_key: key }) => key ?? []));
  await context.database.call("genbff_forget_files", { p_ids: due.map(({ id }) => id) });
}
