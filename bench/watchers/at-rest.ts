import { setTimeout as pause } from "node:timers/promises";

/** What a process holds when all garbage is gone, in bytes. */
export interface AtRest {
  /** By V8: its objects, and the buffers that belong to them. */
  readonly heldBytes: number;
  /** By the whole process, as the kernel counts it. */
  readonly residentBytes: number;
}

/** Collects garbage until there is no more and V8 has given back what it had set aside. Needs `--expose-gc`. */
export async function atRest(): Promise<AtRest> {
  if (globalThis.gc === undefined) throw new Error("start it with --expose-gc");
  for (let round = 0; round < 4; round++) {
    globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" });
    await pause(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heldBytes: heapUsed + external, residentBytes: rss };
}
