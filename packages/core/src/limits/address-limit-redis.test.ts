import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasRedis, type RedisServer, startRedis } from "../testing/embedded/redis-server.ts";
import { codeOf } from "../testing/generations/book.ts";
import { createAddressLimit } from "./address-limit.ts";

// One count for several processes: each has its own connection to one Redis.

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const request = (method: string) => new Request("http://bff.test/api/tasks", { method });

// Nothing else in these packages needs a Redis, and npm has none: a machine without one leaves this file out.
describe.skipIf(!hasRedis)("the limit of addresses on Redis", () => {
  const perMinute = 5;
  let server: RedisServer;
  let clients: readonly Redis[];
  let processes: readonly ReturnType<typeof createAddressLimit>[];
  beforeAll(async () => {
    server = await startRedis();
    clients = [0, 1, 2].map(() => {
      const client = new Redis({ port: server.port, host: "127.0.0.1", retryStrategy: () => 20 });
      return client.on("error", () => undefined);
    });
    processes = clients.map((redis) => createAddressLimit({ perMinute, redis }, quiet));
    await areReady();
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.kill();
  });
  const areReady = () =>
    vi.waitFor(() => expect(clients.map(({ status }) => status)).toEqual(["ready", "ready", "ready"]));
  const visit = (process: number, address: string, method = "GET") =>
    (processes[process % processes.length] as (typeof processes)[number])(request(method), address);

  it("is exact over all processes", async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => codeOf(visit(index, "198.51.100.1").count())),
    );
    expect(answers.filter((answer) => answer === "ok")).toHaveLength(perMinute);
    expect(answers.filter((answer) => answer === "rate_limited")).toHaveLength(40 - perMinute);
    for (const process of [0, 1, 2]) {
      expect(await codeOf(visit(process, "198.51.100.1").admit())).toBe("rate_limited");
      expect(await codeOf(visit(process, "198.51.100.2").admit())).toBe("ok");
    }
  });

  it("says when to come back, and keeps nothing for longer", async () => {
    for (let times = 0; times < perMinute; times++) await visit(times, "2001:db8:1:2::7").count();
    const refusal = await visit(1, "2001:db8:1:2::8")
      .admit()
      .catch((error: { details: Record<string, number> }) => error.details);
    const [redis] = clients as [Redis];
    const keys = await redis.keys("*");
    expect(keys).toContain("genbff:address:2001:db8:1:2::/64");
    for (const key of keys) {
      const leftMs = await redis.pttl(key);
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(60_000);
    }
    expect(refusal).toMatchObject({ limit: perMinute, remaining: 0 });
    // When the key is gone, the number is there again.
    await redis.del("genbff:address:2001:db8:1:2::/64");
    expect(await codeOf(visit(2, "2001:db8:1:2::9").admit())).toBe("ok");
  });

  it("lets reading go on while Redis is dead, makes nothing, and counts again when it is back", async () => {
    await server.kill();
    expect(await codeOf(visit(0, "198.51.100.3").admit())).toBe("ok");
    expect(await codeOf(visit(1, "198.51.100.3").count())).toBe("ok");
    expect(await codeOf(visit(2, "198.51.100.3", "POST").admit())).toBe("unavailable");
    await server.restart();
    await areReady();
    expect(await codeOf(visit(2, "198.51.100.3", "POST").admit())).toBe("ok");
    for (let times = 0; times < perMinute; times++) await visit(times, "198.51.100.3").count();
    expect(await codeOf(visit(0, "198.51.100.3").admit())).toBe("rate_limited");
  });
});
