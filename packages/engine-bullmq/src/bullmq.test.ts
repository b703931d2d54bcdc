import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Engine, Logger } from "@genbff/core";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasRedis, type RedisServer, startRedis } from "../../core/src/testing/embedded/redis-server.ts";
import { createTestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { soon } from "../../core/src/testing/engine-suite.ts";
import { bookAndShop } from "../../core/src/testing/generations/book-and-shop.ts";
import { picture, running, scriptedProvider } from "../../core/src/testing/generations/scripted-provider.ts";
import { RecordingWorker } from "../../core/src/testing/recording-worker.ts";
import { bullmq } from "./index.ts";
import { toJob } from "./message.ts";

it("refuses to start with options that cannot be", () => {
  const redis = "redis://127.0.0.1:6379";
  expect(() => bullmq({ redis, role: "boss" as "web" })).toThrow("role");
  expect(() => bullmq({ redis, concurrency: 0 })).toThrow("concurrency");
  expect(() => bullmq({ redis, prefix: "a:b" })).toThrow("prefix");
  expect(() => bullmq({} as { redis: string })).toThrow("one of redis and postgres");
  expect(() => bullmq({ redis, postgres: redis } as unknown as { redis: string })).toThrow("one of redis");
});

it("plans for one moment have one name, and what is due now has none", () => {
  const at = (delayMs: number, nowMs: number) => toJob("a", delayMs, nowMs)[1].deduplication?.id;
  expect(at(1000, 5_000)).toBe(at(990, 5_010));
  expect(at(1000, 5_000)).not.toBe(at(1000, 6_000));
  expect(at(0, 5_000)).toBeUndefined();
  expect(toJob("a", 1001, 5_000)[1].delay).toBeGreaterThanOrEqual(1001);
});

describe.skipIf(!hasRedis)("BullMQ on a Redis", () => {
  let server: RedisServer;
  let engines: Engine[] = [];
  let told: string[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.kill());
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.stop(1000)));
    engines = [];
    told = [];
  });
  const url = () => `redis://127.0.0.1:${server.port}`;
  const tell = (fields: object, message: string) => void told.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug() {}, info() {}, warn: tell, error: tell };
  const open = (options: Parameters<typeof bullmq>[0], worker = new RecordingWorker()) => {
    const engine = bullmq(options);
    engines.push(engine);
    engine.configure?.({ logger, sweepMs: 50 });
    engine.start(worker);
    return { engine, worker };
  };

  it("a web process wakes and takes nothing; a worker takes what it woke", async () => {
    const prefix = randomUUID().slice(0, 8);
    const web = open({ redis: url(), prefix, role: "web" });
    web.worker.due.push("swept");
    web.engine.wake("a", 0);
    const { worker } = open({ redis: url(), prefix, role: "worker" });
    await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
    expect(web.worker.advanced).toEqual([]);
    expect(web.worker.due).toEqual(["swept"]);
  });

  it("two apps on one Redis do not meet", async () => {
    const [one, other] = [open({ redis: url(), prefix: "one" }), open({ redis: url(), prefix: "other" })];
    const heard: string[] = [];
    other.engine.onChanged?.((task) => heard.push(task));
    one.engine.tellOthers?.("task");
    one.engine.wake("a", 0);
    one.engine.wake("b", 20);
    await expect.poll(() => one.worker.advanced.sort(), soon).toEqual(["a", "b"]);
    expect(other.worker.advanced).toEqual([]);
    expect(heard).toEqual([]);
  });

  it("what has ended and was kept takes no wake-up's place", async () => {
    const prefix = randomUUID().slice(0, 8);
    const connection = { host: "127.0.0.1", port: server.port };
    const queue = new Queue("generations", { connection, prefix });
    const taker = new Worker("generations", async () => undefined, { connection, prefix });
    const kept = { delay: 0, removeOnComplete: false };
    const now = Date.now();
    // Every name that a plan of the next seconds may have.
    for (let delayMs = 1; delayMs < 3000; delayMs += 50) {
      const [message, how] = toJob("a", delayMs, now);
      await queue.add("wake", message, { ...how, ...kept });
    }
    await expect.poll(() => queue.getCompletedCount(), soon).toBeGreaterThanOrEqual(60);
    await Promise.all([taker.close(), queue.close()]);
    const { engine, worker } = open({ redis: url(), prefix });
    for (let round = 1; round <= 3; round++) {
      engine.wake("a", 30);
      await expect.poll(() => worker.advanced.length, soon).toBe(round);
    }
  });

  it("one process of all sweeps in an interval, and another when that one is gone", async () => {
    const prefix = randomUUID().slice(0, 8);
    const sweeps: number[] = [];
    const counting = (process: number) => {
      const worker = new RecordingWorker();
      worker.sweep = async () => {
        sweeps.push(process);
        return [];
      };
      return open({ redis: url(), prefix }, worker).engine;
    };
    const processes = [counting(0), counting(1), counting(2)];
    const redis = new Redis(url());
    // Whoever holds the turn is none of them: nobody sweeps. Before their first connection each may, for itself.
    await expect.poll(() => sweeps.length, soon).toBeGreaterThan(6);
    await redis.set(`${prefix}:sweep`, "taken", "PX", 60_000);
    const before = sweeps.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    // One may have asked before it was taken.
    expect(sweeps.length - before).toBeLessThanOrEqual(1);
    await redis.del(`${prefix}:sweep`);
    redis.disconnect();
    await Promise.all(processes.slice(0, 2).map((engine) => engine.stop(1000)));
    const from = sweeps.length;
    await expect.poll(() => sweeps.slice(from).includes(2), soon).toBe(true);
  });

  it("warns of a Redis that may throw keys away, and not of one that does not", async () => {
    const redis = new Redis(url());
    open({ redis: url() });
    await expect.poll(() => redis.keys("genbff:generations:*"), soon).not.toEqual([]);
    expect(told.filter((line) => line.includes("eviction"))).toEqual([]);
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    open({ redis: url() });
    await expect
      .poll(() => told.filter((line) => line.includes("eviction policy allkeys-lru")), soon)
      .toHaveLength(1);
    await redis.config("SET", "maxmemory-policy", "noeviction");
    redis.disconnect();
  });

  it("says that a Redis refuses it, without the password", async () => {
    const operator = new Redis(url());
    await operator.config("SET", "requirepass", "another-word");
    const redis = { host: "127.0.0.1", port: server.port, password: "canary-word" };
    const { worker } = open({ redis });
    worker.due.push("a");
    await expect.poll(() => told.join(), soon).toContain("WRONGPASS");
    await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
    expect(told.join()).not.toContain("canary-word");
    await operator.config("SET", "requirepass", "");
    operator.disconnect();
  });
});

describe.skipIf(!hasRedis)("watchers over BullMQ on a Redis", () => {
  const { openShop } = bookAndShop();
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.kill());

  it("a stream on one process hears of steps made on another, with no tick to find them", async () => {
    const step = Promise.withResolvers<void>();
    const vendor = scriptedProvider({
      submit: (job) => running(job.clientReference, 10),
      check: async () => {
        await step.promise;
        return picture();
      },
    });
    const roles = ["web", "worker"] as const;
    let opened = 0;
    const shop = await openShop({
      providers: { vendor: vendor.port },
      engine: () =>
        bullmq({
          redis: `redis://127.0.0.1:${server.port}`,
          prefix: "watch",
          role: roles[opened++] ?? "both",
        }),
      limits: { watchTickMs: 600_000 },
    });
    const [web] = [await shop.open(), await shop.open()];
    const body = { task_id: "t", prompt: "a lamp" };
    const { json } = await web.ask("alice", "/generate/text-to-image", body);
    const stream = await web.bff.fetch(
      new Request(`http://shop.test/api/tasks/${json.generation_id}/events`, {
        headers: { "x-user": "alice" },
      }),
    );
    await expect.poll(() => vendor.submissions.length, soon).toBe(1);
    step.resolve();
    // It ends by itself after the last event, which only a hint can have brought.
    expect(await stream.text()).toContain('"status":"complete"');
  });
});

it("can be stopped in the middle of its start", async () => {
  const place = await createTestDatabase({ empty: true });
  for (const afterMs of [0, 20, 60]) {
    const engine = bullmq({ postgres: place.url });
    engine.start(new RecordingWorker());
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await engine.stop(1000);
  }
  const left = () =>
    place.query(
      "select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen%'",
    );
  await expect.poll(left, soon).toEqual([]);
  await place.close();
});

it("starts where no Redis is, sweeps, and stops soon", async () => {
  const { createServer } = await import("node:net");
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  for (const place of [
    { redis: `redis://127.0.0.1:${port}` },
    { postgres: `postgres://127.0.0.1:${port}/none` },
  ]) {
    const engine = bullmq(place);
    const worker = new RecordingWorker();
    worker.due.push("a");
    engine.configure?.({ logger: { debug() {}, info() {}, warn() {}, error() {} }, sweepMs: 50 });
    engine.start(worker);
    engine.wake("b", 0);
    await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
    await engine.stop(1000);
  }
});
