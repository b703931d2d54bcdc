import { randomUUID } from "node:crypto";
import type { QueueUnderTest } from "@genbff/core/testing";
import type { Queue, Worker } from "bullmq";

/** As much of BullMQ as a stranger needs, on Redis and on Postgres alike. */
interface StrangersQueue extends Pick<Queue, "add" | "close" | "getJobCounts"> {
  on(event: "error", listener: (error: Error) => void): unknown;
}
interface StrangersWorker extends Pick<Worker, "getNextJob" | "close"> {
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What a stranger does to a queue by BullMQ alone, without our engine, wherever the queue lies. */
export function strangersHand(
  openQueue: () => StrangersQueue,
  openWorker: () => StrangersWorker,
): Pick<QueueUnderTest, "forge" | "takeAndDie" | "size"> {
  const withQueue = async <T>(doing: (queue: ReturnType<typeof openQueue>) => Promise<T>): Promise<T> => {
    const queue = openQueue();
    queue.on("error", () => undefined);
    try {
      return await doing(queue);
    } finally {
      await queue.close();
    }
  };
  return {
    async forge(message) {
      await withQueue((queue) => queue.add("wake", message));
    },
    async takeAndDie() {
      const worker = openWorker();
      worker.on("error", () => undefined);
      const taken = await worker.getNextJob(randomUUID());
      if (taken === undefined) throw new Error("there was nothing to take");
      await worker.close(true);
    },
    size: () =>
      withQueue(async (queue) =>
        Object.values(await queue.getJobCounts()).reduce((sum, count) => sum + count, 0),
      ),
  };
}
