import { setTimeout } from "node:timers/promises";
import type { SqsBatchResponse } from "@genbff/adapter-lambda";
import type { SqsStandIn } from "../../../packages/adapter-lambda/src/testing/sqs-stand-in.ts";
import type { LambdaFunction } from "./lambda-function.ts";

/** Something that invokes functions by itself. */
export interface Trigger {
  /** Invokes nothing more, and resolves when the last has answered. */
  stop(): Promise<void>;
}

/** Ends at once where nobody is to go on after it. */
const pause = (ms: number, { signal }: AbortController) =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

/** A queue's event source mapping: takes what is visible in batches, and takes out what the function has done. */
export function eventSource(
  queue: SqsStandIn,
  worker: LambdaFunction,
  { concurrency, pollMs }: { readonly concurrency: number; readonly pollMs: number },
): Trigger {
  const stopping = new AbortController();
  const handle = async (event: object) => (await worker.call(event)) as SqsBatchResponse;
  const poll = async () => {
    while (!stopping.signal.aborted) {
      // A batch whose function failed becomes visible again by itself.
      const delivered = await queue.deliver(handle).catch(() => 0);
      if (delivered === 0) await pause(pollMs, stopping);
    }
  };
  const polling = Array.from({ length: concurrency }, poll);
  return {
    async stop() {
      stopping.abort();
      await Promise.all(polling);
    },
  };
}

/** A schedule: one invocation at a time, and the next so long after it. */
export function every(ms: number, invoke: () => Promise<unknown>): Trigger {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      // One that failed is made up for by the next.
      await invoke().catch(() => undefined);
      await pause(ms, stopping);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
