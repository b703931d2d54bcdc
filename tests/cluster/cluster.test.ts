import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  hasRedis,
  type RedisServer,
  startRedis,
} from "../../packages/core/src/testing/embedded/redis-server.ts";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../packages/core/src/testing/embedded/test-database.ts";
import { readTakeovers, watchTakeovers } from "../../tools/soak/cluster/takeovers.ts";
import { takeoverAfterLeaseMaxMs } from "../../tools/soak/cluster.ts";
import type { Calamities } from "../../tools/soak/kills/calamities.ts";
import { type Fleet, startFleet, web, worker } from "../../tools/soak/kills/fleet.ts";
import { play, type Scene } from "../../tools/soak/kills/play.ts";
import { shopEnvironment } from "../../tools/soak/kills/stage.ts";
import { startVendors, type Vendors } from "../../tools/soak/kills/vendors.ts";

// What `pnpm soak cluster` does for hours, for as long as 200 generations take. The vendors do nothing wrong here, so
// that whatever is bought twice or lost is the cluster's doing.

const total = 200;
/** Web processes are 0 and 1, workers the others. Each kind dies, and one worker twice. */
const dying = [3, 0, 4, 2, 3];

// CI has a Redis; npm has none for a machine without one.
describe.skipIf(!hasRedis)("two web and three worker processes on one Postgres and one Redis", () => {
  let folder: string;
  let database: TestDatabase;
  let redis: RedisServer;
  let vendors: Vendors;
  let fleet: Fleet;
  let scene: Scene;

  beforeAll(async () => {
    [folder, database, redis, vendors] = await Promise.all([
      mkdtemp(join(tmpdir(), "genbff-cluster-")),
      createTestDatabase({ empty: true }),
      startRedis(),
      startVendors({ seed: 7, jobMs: 300, latencyMs: 200, faults: [] }),
    ]);
    const dataDir = join(folder, "data");
    fleet = await startFleet([web, web, worker, worker, worker], folder, {
      // Long enough that no busy machine lets one run out in living hands, and shorter than anybody would wait.
      ...shopEnvironment({ dataDir, databaseUrl: database.url, vendorsUrl: vendors.url, leaseMs: 8000 }),
      BFF_ENGINE: "bullmq",
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    });
    const query: Scene["query"] = (sql) => database.query(sql);
    scene = { fleet, vendors, query, assets: join(dataDir, "assets") };
    await watchTakeovers(query);
  }, 120_000);
  afterAll(async () => {
    await fleet.close();
    vendors.close();
    await Promise.all([redis.kill(), database.close()]);
    await rm(folder, { recursive: true });
  });

  /** Each of them in turn, in the middle of its work and once all are up again; between two deaths Redis forgets all. */
  function killInTurn(): Calamities {
    const counts = { kills: 0, "Redis emptied": 0 };
    const ready = async (index: number) => {
      for (;;) {
        const [row] = await database.query<{ ended: number; at_work: number }>(
          `select count(completed_at)::int as ended,
              count(distinct lease_owner) filter (where lease_expires_at > clock_timestamp())::int as at_work
             from genbff.generations`,
        );
        const { ended = 0, at_work = 0 } = row ?? {};
        const due = ended >= (counts.kills + 1) * 25;
        if (due && fleet.isUp(index) && (at_work === 3 || ended >= total)) return;
        await sleep(100);
      }
    };
    const strike = async () => {
      for (const index of dying) {
        await ready(index);
        if (fleet.signal(index, "SIGKILL")) counts.kills += 1;
        if (counts.kills !== 2) continue;
        await redis.flush();
        counts["Redis emptied"] += 1;
      }
    };
    return { counts, ended: strike() };
  }

  it("buys each generation once and ends it, though five of them are killed and Redis forgets everything", async () => {
    const order = { seed: 7, more: (done: number) => done < total, progress: () => undefined };
    const { counts, violations } = await play(scene, order, {
      open: 60,
      // Painting them is most of what this test takes.
      picturesPercent: 15,
      begin: killInTurn,
    });
    expect(violations).toEqual([]);
    expect(await database.database.call("genbff_violations", {})).toEqual([]);
    expect(counts).toMatchObject({
      generations: total,
      kills: dying.length,
      "Redis emptied": 1,
      "starts of servers": 5 + 1 + dying.length,
      "generations with a second submission": 0,
    });
    expect(counts["purchases at the vendors"]).toBeLessThanOrEqual(Number(counts.attempts));

    const takeovers = await readTakeovers(scene.query);
    expect(takeovers.count).toBeGreaterThan(0);
    expect(takeovers.longestAfterLeaseMs).toBeLessThanOrEqual(takeoverAfterLeaseMaxMs);
  }, 400_000);
});
