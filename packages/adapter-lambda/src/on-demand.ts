import type { Engine, Logger, Worker } from "@genbff/core";
import { currentInvocation, type Invocation } from "./invocation.ts";
import { jsonLines, nameOf } from "./json-lines.ts";

/** Less is not worth a lease. */
const workMsMin = 1000;

/** How the engine without a queue works. */
export interface OnDemandOptions {
  /** Generations advanced side by side in one invocation. Default 8. */
  readonly concurrency?: number | undefined;
  /** Default: lines of JSON on the console. */
  readonly logger?: Logger | undefined;
}

/**
 * The engine for Lambda without a queue: whoever comes moves generations on within the time of his own invocation,
 * `budgetMs`: the request that starts one, the client that asks how it is, the vendor's webhook, and the schedule.
 *
 * For vendors that take jobs and are asked later. One that answers only when its work is done is never asked here: such a
 * generation waits for a process with more time, and ends at its deadline if there is none. Use `sqs()` for those.
 */
export function onDemand({ concurrency = 8, logger = jsonLines }: OnDemandOptions = {}): Engine {
  let worker: Worker | undefined;
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Invocation>();
  const timers = new Map<string, NodeJS.Timeout>();

  const leftMs = ({ workEndsAt }: Invocation) => workEndsAt - performance.now();
  const begin = (id: string, invocation: Invocation) => {
    waiting.set(id, invocation);
    next();
  };
  const next = () => {
    for (const [id, invocation] of waiting) {
      if (running.size >= concurrency) return;
      // It is woken again for what has come meanwhile.
      if (running.has(id)) continue;
      waiting.delete(id);
      if (worker === undefined || leftMs(invocation) < workMsMin) continue;
      const advancing: Promise<void> = worker
        .advance(id, { budgetMs: leftMs(invocation), longCalls: false })
        .catch((error: unknown) =>
          logger.error(
            { generation_id: id, error: nameOf(error) },
            "a generation could not be advanced; whoever comes next tries again",
          ),
        )
        .finally(() => {
          running.delete(id);
          next();
        });
      running.set(id, advancing);
    }
  };
  const callOff = () => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  };
  const engine: Engine = {
    start(started) {
      worker = started;
    },
    wake(id, delayMs) {
      const invocation = currentInvocation();
      if (invocation === undefined || leftMs(invocation) - delayMs < workMsMin) return;
      if (delayMs <= 0) return begin(id, invocation);
      clearTimeout(timers.get(id));
      const wakeUp = () => {
        timers.delete(id);
        begin(id, invocation);
      };
      timers.set(id, setTimeout(wakeUp, delayMs));
    },
    asked: (id) => engine.wake(id, 0),
    async settled() {
      // What waits for its time does not wait for it in a frozen process.
      callOff();
      while (running.size > 0) {
        await Promise.all(running.values());
        callOff();
      }
    },
    async stop(graceMs) {
      worker = undefined;
      waiting.clear();
      const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, graceMs);
      await Promise.race([engine.settled?.(), graceIsOver]);
      clearTimeout(timer);
    },
  };
  return engine;
}
