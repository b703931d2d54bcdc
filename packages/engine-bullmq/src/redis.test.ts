import { engineSuite } from "../../core/src/testing/engine-suite.ts";
import { startRedis, type RedisServer } from "../../core/src/testing/embedded/redis-server.ts";
import { createTestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { bullmq } from "./index.ts";
import { randomUUID } from "node:crypto";
const logger = { debug() {}, info() {}, warn: (...a: unknown[]) => console.log("WARN", JSON.stringify(a)), error: (...a: unknown[]) => console.log("ERR", ...a) };
let redis: RedisServer | undefined;
engineSuite("bullmq redis", async () => {
  redis ??= await startRedis();
  const engine = bullmq({ redis: `redis://127.0.0.1:${redis.port}`, prefix: randomUUID().slice(0, 8), concurrency: 4 });
  engine.configure?.({ logger, sweepMs: 50 });
  return engine;
});
let db: Awaited<ReturnType<typeof createTestDatabase>> | undefined;
engineSuite("bullmq postgres", async () => {
  db ??= await createTestDatabase({ empty: true });
  const engine = bullmq({ postgres: db.url, prefix: randomUUID().slice(0, 8), concurrency: 4 });
  engine.configure?.({ logger, sweepMs: 50 });
  return engine;
});
