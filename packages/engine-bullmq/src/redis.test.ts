import { randomUUID } from "node:crypto";
import { engineQueueSuite, engineSuite } from "@genbff/core/testing";
import { afterAll, beforeAll, describe } from "vitest";
import { hasRedis, type RedisServer, startRedis } from "../../core/src/testing/embedded/redis-server.ts";
import { engineGenerationsSuite } from "../../core/src/testing/engine-generations-suite.ts";
import { bullmq } from "./index.ts";
import { redisQueue } from "./testing/redis-queue.ts";

// npm has no Redis: a machine without one leaves this file out. CI has one.
describe.skipIf(!hasRedis)("BullMQ on Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.kill());

  engineSuite("BullMQ on Redis", () => redisQueue(server).makeEngine());
  engineQueueSuite("BullMQ on Redis", async () => redisQueue(server));
  const prefix = randomUUID().slice(0, 8);
  engineGenerationsSuite("BullMQ on Redis", () =>
    bullmq({ redis: `redis://127.0.0.1:${server.port}`, prefix }),
  );
});
