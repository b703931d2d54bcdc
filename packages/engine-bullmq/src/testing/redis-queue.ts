import { randomUUID } from "node:crypto";
import { Queue, Worker } from "bullmq";
import type { RedisServer } from "../../../core/src/testing/embedded/redis-server.ts";
import { bullmq } from "../index.ts";
import type { BullmqQueue } from "./bullmq-queue.ts";
import { quiet } from "./quiet.ts";
import { strangersHand } from "./strangers-hand.ts";

/** A queue of a test's own on a Redis of its file's. */
export function redisQueue(server: RedisServer): BullmqQueue {
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const url = `redis://127.0.0.1:${server.port}`;
  const connection = { host: "127.0.0.1", port: server.port };
  return {
    place: { redis: url, prefix },
    makeEngine(role = "both") {
      const engine = bullmq({ redis: url, prefix, role, concurrency: 4 });
      engine.configure?.({ logger: quiet, sweepMs: 50 });
      return engine;
    },
    flush: () => server.flush(),
    ...strangersHand(
      () => new Queue("generations", { connection, prefix }),
      (options) => new Worker("generations", null, { connection, prefix, ...options }),
    ),
    goAway: () => server.kill(),
    comeBack: () => server.restart(),
    close: async () => undefined,
  };
}
