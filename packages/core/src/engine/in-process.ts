import PQueue from "p-queue";
import type { Logger } from "../shared/logger.ts";
import type { Engine, Worker } from "./port.ts";

/** How the in-process engine works. */
export interface InProcessOptions {
  /** Generations advanced side by side; a synchronous vendor holds its place for minutes. Default 32. */
  concurrency?: number;
  /** Time between two sweeps. Default 1 s. */
  sweepMs?: number;
  logger?: Logger;
}

/**
 * The default engine: a bounded queue in this process, a timer per generation that waits, and a sweep that finds
 * whatever a lost timer or a dead process left behind.
 *
 * Several processes with this engine on one database are correct: leases decide who works.
 * Not for hosts that freeze a process after its answer.
 */
export function inProcess(options: InProcessOptions = {}): Engine {
  const { concurrency = 32, sweepMs = 1000, logger } = options;
  const queue = new PQueue({ concurrency });
  const timers = new Map<string, { at: number; timer: ReturnType<typeof setTimeout> }>();
  const waiting = new Set<string>();
  let worker: Worker | undefined;
  let nextSweep: ReturnType<typeof setTimeout> | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  const enqueue = (id: string) => {
    const planned = timers.get(id);
    if (planned !== undefined) clearTimeout(planned.timer);
    timers.delete(id);
    if (worker === undefined || waiting.has(id)) return;
    waiting.add(id);
    void queue.add(() => run(id));
  };
  const run = async (id: string) => {
    waiting.delete(id);
    try {
      await worker?.advance(id);
    } catch (error) {
      logger?.error(
        { generation_id: id, error },
        "a generation could not be advanced; the sweep will try again",
      );
    }
  };
  const sweep = async () => {
    try {
      for (const id of (await worker?.sweep()) ?? []) enqueue(id);
    } catch (error) {
      logger?.error({ error }, "the sweep failed");
    }
    if (worker !== undefined) nextSweep = setTimeout(beginSweep, sweepMs);
  };
  const beginSweep = () => {
    sweeping = sweep();
  };

  return {
    start(started) {
      worker = started;
      beginSweep();
    },
    wake(id, delayMs) {
      if (worker === undefined) return;
      if (delayMs <= 0) return enqueue(id);
      // Of two plans for one generation the earlier counts.
      const at = performance.now() + delayMs;
      const planned = timers.get(id);
      if (planned !== undefined && planned.at <= at) return;
      if (planned !== undefined) clearTimeout(planned.timer);
      timers.set(id, { at, timer: setTimeout(() => enqueue(id), Math.min(delayMs, 2_000_000_000)) });
    },
    async stop(graceMs) {
      worker = undefined;
      clearTimeout(nextSweep);
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
      queue.clear();
      await Promise.race([
        Promise.all([queue.onIdle(), sweeping]),
        new Promise((resolve) => setTimeout(resolve, graceMs).unref?.()),
      ]);
    },
  };
}
