import type { BffContext } from "../context.ts";

/** Resolves when nothing is under way any more that would be lost with the process, what came of it included. */
export async function settled({
  engine,
  leaseCalls,
}: Pick<BffContext, "engine" | "leaseCalls">): Promise<void> {
  do {
    await Promise.all([engine.settled?.(), Promise.allSettled(leaseCalls)]);
  } while (leaseCalls.size > 0);
}
