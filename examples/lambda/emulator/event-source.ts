import type { SqsBatchResponse } from "@genbff/adapter-lambda";
import type { SqsStandIn } from "../../../packages/adapter-lambda/src/testing/sqs-stand-in.ts";
import type { LambdaFunction } from "./lambda-function.ts";

/** Something that invokes functions by itself. */
export interface Trigger {
  /** Invokes nothing more, and resolves when the last has answered. */
  stop(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A queue's event source mapping: takes what is visible in batches, and takes out what the function has done. */
export function eventSource(
  queue: SqsStandIn,
  worker: LambdaFunction,
  { concurrency, pollMs }: { readonly concurrency: number; readonly pollMs: number },
): Trigger {
  let isStopped = false;
  const handle = async (event: object) => (await worker.call(event)) as SqsBatchResponse;
  const poll = async () => {
    while (!isStopped) {
      // A batch whose function failed becomes visible again by itself.
      const delivered = await queue.deliver(handle).catch(() => 0);
      if (delivered === 0) await pause(pollMs);
    }
  };
  const polling = Array.from({ length: concurrency }, poll);
  return {
    async stop() {
      isStopped = true;
      await Promise.all(polling);
    },
  };
}

/** A schedule: one invocation at a time, and the next so long after it. */
export function every(ms: number, invoke: () => Promise<unknown>): Trigger {
  let isStopped = false;
  const run = async () => {
    while (!isStopped) {
      // One that failed is made up for by the next.
      await invoke().catch(() => undefined);
      await pause(ms);
    }
  };
  const running = run();
  return {
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
