import { type Clock, systemClock } from "../shared/clock.ts";
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
  return inProcessOn(systemClock, options);
}

/** The same, paced by any clock. */
export function inProcessOn(clock: Clock, options: InProcessOptions = {}): Engine {
  const { concurrency = 32, sweepMs = 1000, logger } = options;
  const timers = new Map<string, { at: number; callOff: () => void }>();
  /** In the order of their coming. */
  const waiting = new Set<string>();
  const running = new Set<Promise<void>>();
  let worker: Worker | undefined;
  let callOffSweep = () => {};
  let sweeping: Promise<void> = Promise.resolve();

  const enqueue = (id: string) => {
    timers.get(id)?.callOff();
    timers.delete(id);
    if (worker === undefined) return;
    waiting.add(id);
    begin();
  };
  const begin = () => {
    for (const id of waiting) {
      if (running.size >= concurrency) return;
      waiting.delete(id);
      const look = advance(id).finally(() => {
        running.delete(look);
        begin();
      });
      running.add(look);
    }
  };
  const advance = async (id: string) => {
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
    if (worker !== undefined) callOffSweep = clock.after(sweepMs, beginSweep);
  };
  const beginSweep = () => {
    sweeping = sweep();
  };

  return {
    start(started) {
      worker = started;
      if (isFrozenBetween())
        logger?.error(
          {},
          "the in-process engine stands still here after each answer; use one that is woken from outside",
        );
      beginSweep();
    },
    wake(id, delayMs) {
      if (worker === undefined) return;
      if (delayMs <= 0) return enqueue(id);
      // Of two plans for one generation the earlier counts.
      const at = clock.monotonic() + delayMs;
      const planned = timers.get(id);
      if (planned !== undefined && planned.at <= at) return;
      planned?.callOff();
      timers.set(id, { at, callOff: clock.after(delayMs, () => enqueue(id)) });
    },
    async stop(graceMs) {
      worker = undefined;
      callOffSweep();
      for (const { callOff } of timers.values()) callOff();
      timers.clear();
      waiting.clear();
      const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
      const callOff = clock.after(graceMs, resolve);
      await Promise.race([Promise.all([...running, sweeping]), graceIsOver]);
      callOff();
    },
  };
}

/** On Lambda nothing runs between two invocations. */
function isFrozenBetween(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.AWS_LAMBDA_FUNCTION_NAME !== undefined;
}
