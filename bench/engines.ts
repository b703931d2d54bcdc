// `pnpm bench engines [--small] [--rounds 5] [--count 1000] [--pickups 300] [--only "BullMQ on Redis"]`: generations a
// second by each engine beside its queue library alone, and how soon a generation is picked up. Ends with 1 when a
// target is missed. See README.md beside this file.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { durable, startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { startRedis } from "../packages/core/src/testing/embedded/redis-server.ts";
import { createTestDatabase } from "../packages/core/src/testing/embedded/test-database.ts";
import type { EngineSettings, Work } from "./engines/engine-process.ts";
import { type EngineName, engineNames } from "./engines/queues.ts";
import { inTurns, median, ratioOf } from "./ledger/rounds.ts";
import { startMeasured } from "./memory/measured-process.ts";
import { percentile } from "./percentile.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    /** A look at whether it works. */
    small: { type: "boolean", default: false },
    rounds: { type: "string" },
    count: { type: "string" },
    pickups: { type: "string" },
    only: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.small ? 1 : 5));
const count = Number(values.count ?? (values.small ? 100 : 1000));
const pickups = Number(values.pickups ?? (values.small ? 30 : 300));
const names = engineNames.filter((name) => (values.only ?? name) === name);
if (names.length === 0 || !(rounds >= 1)) throw new Error(`There is ${engineNames.join(", ")}.`);
/** `reliability-spec.md` P6 and P7. */
const targets = { ratio: 0.5, pickupMs: 100 };

console.log(
  `${cpus()[0]?.model.trim()} × ${cpus().length}; Node ${process.version}; load ${loadavg()[0]?.toFixed(1)}`,
);
const server = await startPostgres(durable);
const redis = await startRedis();
try {
  for (const name of names) await measure(name);
} finally {
  await redis.kill();
  await server.stop();
}

/** One engine alone on the server: what others do in the background would fall on it. */
async function measure(name: EngineName): Promise<void> {
  const test = await createTestDatabase({ server: server.url });
  const folder = await mkdtemp(join(tmpdir(), "genbff-bench-"));
  const settings: EngineSettings = { engine: name, databaseUrl: test.url, redisPort: redis.port, folder };
  const child = await startMeasured("../engines/engine-process.ts", JSON.stringify(settings));
  const work = <Result>(order: Work) => child.work(order) as Promise<Result>;
  try {
    // The first ones show how many calls one makes, so that the library can be given as much to do.
    await work({ kind: "generations", count: 50 });
    const calls = Math.round(await work<number>({ kind: "calls" }));
    const figures = await inTurns(
      {
        plain: () => work<number>({ kind: "plain", count, writes: 1 }),
        generations: () => work<number>({ kind: "generations", count }),
        busy: () => work<number>({ kind: "plain", count, writes: calls }),
      },
      rounds,
    );
    const times = await work<number[]>({ kind: "pickups", count: pickups });
    const ratio = ratioOf(figures.generations, figures.plain);
    const alike = ratioOf(figures.generations, figures.busy);
    const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(times, percent));
    const rate = (all: readonly number[]) => `${median(all).toFixed(0)}/s`;
    console.log(`${name}: ${rate(figures.generations)} generations, of ${calls} database calls each`);
    console.log(
      `  the library alone, one write a job: ${rate(figures.plain)}; ratio ${ratio.toFixed(2)} (at least ${targets.ratio}: ${verdict(ratio >= targets.ratio)})`,
    );
    console.log(
      `  the library alone, ${calls} writes a job: ${rate(figures.busy)}; ratio ${alike.toFixed(2)} (not judged)`,
    );
    console.log(
      `  from request to submission, ms: p50 ${p50?.toFixed(1)}, p95 ${p95?.toFixed(1)}, p99 ${p99?.toFixed(1)} (at most ${targets.pickupMs}: ${verdict((p99 ?? Number.POSITIVE_INFINITY) <= targets.pickupMs)}); load ${loadavg()[0]?.toFixed(1)}`,
    );
  } finally {
    await child.stop();
    await test.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function verdict(met: boolean): string {
  if (!met) process.exitCode = 1;
  return met ? "met" : "MISSED";
}
