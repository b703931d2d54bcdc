import type { BffContext } from "../context.ts";

const batch = 200;

/**
 * Ends what is past its deadline and names what is due: new, abandoned by a dead worker, or waiting for its next look.
 * Any number of processes may sweep at once.
 */
export async function sweep(context: BffContext): Promise<readonly string[]> {
  const found = (await context.database.call("genbff_sweep", { p_count: batch })) as {
    ended: string[];
    due: string[];
  };
  if (found.ended.length > 0)
    context.logger.warn({ generation_ids: found.ended }, "generations ended at their deadline");
  return found.due;
}
