import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { QueueUnderTest } from "@genbff/core/testing";
import type { Queue, Worker, WorkerOptions } from "bullmq";

/** As much of BullMQ as a stranger needs, on Redis and on Postgres alike. */
interface StrangersQueue extends Pick<Queue, "add" | "close" | "getJobCounts"> {
  on(event: "error", listener: (error: Error) => void): unknown;
}
type StrangersWorker = Pick<Worker, "getNextJob" | "close" | "startStalledCheckTimer"> & NodeJS.EventEmitter;

/** What a stranger does. */
export interface StrangersHand extends Pick<QueueUnderTest, "forge" | "takeAndDie" | "size"> {
  /** Takes the next message as a process that is killed, and waits until BullMQ has found it stalled. */
  letStall(): Promise<void>;
}

/** Nobody waits for the lock of the dead longer than this. */
const short: Partial<WorkerOptions> = { lockDuration: 50, stalledInterval: 50 };

/** What a stranger does to a queue by BullMQ alone, without our engine, wherever the queue lies. */
export function strangersHand(
  openQueue: () => StrangersQueue,
  openWorker: (options?: Partial<WorkerOptions>) => StrangersWorker,
): StrangersHand {
  const withQueue = async <T>(doing: (queue: ReturnType<typeof openQueue>) => Promise<T>): Promise<T> => {
    const queue = openQueue();
    queue.on("error", () => undefined);
    try {
      return await doing(queue);
    } finally {
      await queue.close();
    }
  };
  const take = async (options?: Partial<WorkerOptions>) => {
    const worker = openWorker(options);
    worker.on("error", () => undefined);
    const taken = await worker.getNextJob(randomUUID());
    if (taken === undefined) throw new Error("there was nothing to take");
    return worker;
  };
  return {
    async forge(message) {
      await withQueue((queue) => queue.add("wake", message));
    },
    async takeAndDie() {
      const worker = await take();
      await worker.close(true);
    },
    async letStall() {
      const worker = await take(short);
      const stalled = once(worker, "stalled");
      await worker.startStalledCheckTimer();
      await stalled;
      await worker.close(true);
    },
    size: () =>
      withQueue(async (queue) =>
        Object.values(await queue.getJobCounts()).reduce((sum, count) => sum + count, 0),
      ),
  };
}
