import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hasRedis, type RedisServer, startRedis } from "../../core/src/testing/embedded/redis-server.ts";
import { createTestDatabase, type TestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { soon } from "../../core/src/testing/engine-suite.ts";
import { bookAndShop } from "../../core/src/testing/generations/book-and-shop.ts";
import { picture, scriptedProvider } from "../../core/src/testing/generations/scripted-provider.ts";
import { RecordingWorker } from "../../core/src/testing/recording-worker.ts";
import { nodeProgram, startProgram } from "../../core/src/testing/start-program.ts";
import type { Role } from "./options.ts";
import type { BullmqQueue } from "./testing/bullmq-queue.ts";
import type { DoomedOrders } from "./testing/doomed-worker-process.ts";
import { postgresQueue } from "./testing/postgres-queue.ts";
import { redisQueue } from "./testing/redis-queue.ts";

describe.skipIf(!hasRedis)("BullMQ on Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.kill());
  deathsOn(() => redisQueue(server));
});

describe("BullMQ on Postgres", () => {
  let place: TestDatabase;
  beforeAll(async () => {
    place = await createTestDatabase({ empty: true });
  });
  afterAll(() => place.close());
  deathsOn(() => postgresQueue(place.url, inject("postgresUrl")));
});

/** What BullMQ makes of a message whose takers die, and what we make of it. */
function deathsOn(makeQueue: () => BullmqQueue): void {
  const { openShop, test } = bookAndShop();
  const body = { task_id: "t", prompt: "a lamp" };

  /** Processes in the order of their roles, and a vendor that answers what it is asked for. */
  const open = async (queue: BullmqQueue, roles: readonly Role[]) => {
    const left = [...roles];
    const vendor = scriptedProvider({ check: async () => picture() });
    const shop = await openShop({
      providers: { vendor: vendor.port },
      engine: () => queue.makeEngine(left.shift()),
      limits: { sweepMs: 100 },
    });
    return { shop, vendor };
  };

  it("fails a message that has stalled too often without a look, and the sweep looks all the same", async () => {
    const queue = makeQueue();
    const web = queue.makeEngine("web");
    web.start(new RecordingWorker());
    web.wake("a", 0);
    await expect.poll(() => queue.size(), soon).toBe(1);
    // It comes back after its first taker's death. After its second's it is what BullMQ calls poison.
    await queue.letStall();
    await queue.letStall();

    const worker = new RecordingWorker();
    const engine = queue.makeEngine("worker");
    engine.start(worker);
    await expect.poll(() => queue.size(), soon).toBe(0);
    expect(worker.advanced).toEqual([]);
    worker.due.push("a");
    await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
    await Promise.all([web.stop(1000), engine.stop(1000)]);
  });

  it("ends a generation whose message was failed by that limit, bought once", async () => {
    const queue = makeQueue();
    const { shop, vendor } = await open(queue, ["web", "worker"]);
    const web = await shop.open();
    const { json } = await web.ask("alice", "/generate/text-to-image", body);
    await expect.poll(() => queue.size(), soon).toBe(1);
    await queue.letStall();
    await queue.letStall();
    expect(vendor.submissions).toEqual([]);

    await shop.open();
    expect((await shop.endOf(web, "alice", json.generation_id)).status).toBe("complete");
    expect(vendor.submissions).toHaveLength(1);
  });

  it.each([
    { stuckIn: "check", end: "complete" },
    { stuckIn: "submit", end: "failed" },
  ] as const)(
    "goes on elsewhere after kill -9 in the middle of $stuckIn: it ends $end, and nothing is bought again",
    async ({ stuckIn, end }) => {
      const queue = makeQueue();
      const { shop, vendor } = await open(queue, ["web", "worker"]);
      const web = await shop.open();
      const { json } = await web.ask("alice", "/generate/text-to-image", body);
      await dieIn({ databaseUrl: test.url, place: queue.place, stuckIn });
      expect(vendor.submissions).toEqual([]);

      await shop.open();
      await shop.leasesRunOut();
      const ended = await shop.endOf(web, "alice", json.generation_id);
      expect(ended.status).toBe(end);
      // Whether the first one was taken nobody can say, and this vendor cannot be asked: it is not sent again.
      expect(vendor.submissions).toEqual([]);
      expect(ended.credits.held).toBe(0);
    },
  );
}

/** Lets a worker process come as far as that step and kills it there. */
async function dieIn(orders: DoomedOrders): Promise<void> {
  const program = fileURLToPath(new URL("./testing/doomed-worker-process.ts", import.meta.url));
  const { says, signal, ended } = startProgram(nodeProgram(program, JSON.stringify(orders)));
  try {
    await says(new RegExp(`stuck in ${orders.stuckIn}`), 60_000);
  } finally {
    signal("SIGKILL");
    await ended;
  }
}
