import type { Logger, Worker } from "@genbff/core";
import type { Looks } from "./looks.ts";

interface Sweeping {
  readonly everyMs: number;
  readonly worker: Worker;
  readonly looks: Looks;
  /** Whether it is this process's turn. Rejects where nobody can say. */
  takeTurn(everyMs: number): Promise<boolean>;
  readonly logger: Logger;
}

/**
 * Sweeps for as long as it is let: one process of all per interval, and each for itself while the queue is away.
 *
 * What is found is looked at here, without the queue: a queue that was lost, flushed or jammed must not stop the one thing
 * that mends it. Returns the function that ends it, which resolves when the last sweep is over.
 */
export function startSweeps(sweeping: Sweeping): () => Promise<void> {
  const { everyMs, looks, logger } = sweeping;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let round: Promise<void> = Promise.resolve();

  const next = (afterMs: number, asked = false) => {
    if (ended) return;
    timer = setTimeout(() => {
      // Who has its hands full lets the others go first, once: what it found would wait here while they stand idle.
      if (looks.full && !asked) next(everyMs / 2, true);
      else round = sweep().finally(() => next(jitter(everyMs)));
    }, afterMs);
  };
  const sweep = async () => {
    try {
      if (!(await isOurs())) return;
      for (const id of await sweeping.worker.sweep()) void looks.look(id);
    } catch (error) {
      logger.error({ error }, "the sweep failed");
    }
  };
  // Shorter than the shortest round, so that a process that is alone always gets it.
  const isOurs = () => sweeping.takeTurn(everyMs * 0.9).catch(() => true);

  next(0);
  return async () => {
    ended = true;
    clearTimeout(timer);
    await round;
  };
}

/** Processes that started together must not ask together. */
function jitter(everyMs: number): number {
  return everyMs * (1 + Math.random() / 4);
}
