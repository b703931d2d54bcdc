import type { BffContext } from "../context.ts";

/** Resolves when nothing is under way any more that would be lost with the process, what came of it included. */
export async function settled({
  engine,
  webhooks,
  leaseCalls,
}: Pick<BffContext, "engine" | "webhooks" | "leaseCalls">): Promise<void> {
  await Promise.all([engine.settled?.(), webhooks?.settled(), Promise.allSettled(leaseCalls)]);
}
