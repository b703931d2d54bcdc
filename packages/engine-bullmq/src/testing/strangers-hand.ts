import { randomUUID } from "node:crypto";
import type { QueueUnderTest } from "@genbff/core/testing";
import type { Queue, Worker } from "bullmq";

/** What a stranger does to a queue by BullMQ alone, without our engine, wherever the queue lies. */
export function strangersHand(
  openQueue: () => Pick<Queue, "add" | "close" | "getJobCounts" | "on">,
  openWorker: () => Pick<Worker, "getNextJob" | "close" | "on">,
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
