// One process with a BFF on one engine, and beside it the queue library alone: `engine-process.ts <settings as JSON>`.
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "pg";
import { createBff } from "../../packages/core/src/create-bff.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import { postgres } from "../../packages/core/src/database/postgres.ts";
import { files } from "../../packages/core/src/storage/files.ts";
import { testStudio } from "../../packages/core/src/testing/test-studio.ts";
import { obeyParent } from "../memory/measured.ts";
import { type EngineName, makeEngine, openPlainQueue, type Places } from "./queues.ts";

/** What it is told. */
export interface EngineSettings extends Places {
  readonly engine: EngineName;
  readonly folder: string;
}

/** What it is asked to do. */
export type Work =
  /** Resolves to generations a second, from the first request to the last end. */
  | { readonly kind: "generations"; readonly count: number }
  /** Resolves to jobs a second of the library alone, each with so many writes. */
  | { readonly kind: "plain"; readonly count: number; readonly writes: number }
  /** Resolves to ms from a request to its submission, one after the other. */
  | { readonly kind: "pickups"; readonly count: number }
  /** Resolves to the database calls that one generation made so far, in the mean. */
  | { readonly kind: "calls" };

const settings = JSON.parse(process.argv[2] ?? "") as EngineSettings;
const { engine, databaseUrl, folder } = settings;
/** As many at once as places in the engine. */
const clients = 32;
const users = 200;
const plenty = 1_000_000_000;

const pool = new Pool({ connectionString: databaseUrl, max: 10 });
await pool.query("create table if not exists public.bench_writes (number int not null)");
const driver = postgres(databaseUrl);
let [calls, made] = [0, 0];
const database: Database = {
  ...driver,
  call(name, args) {
    calls += 1;
    return driver.call(name, args);
  },
};

/** Prompt → when its vendor was reached. */
const reached = new Map<string, number>();
const studio = testStudio();
const instant: typeof studio = {
  ...studio,
  submit(job, ...more) {
    reached.set(job.prompt ?? "", performance.now());
    return studio.submit(job, ...more);
  },
};
const bff = createBff({
  database,
  storage: files(folder),
  auth: {
    authenticate: async (request: Request) => ({
      userId: request.headers.get("x-user") ?? "nobody",
      admin: false,
      expiresAt: Date.now() + 3_600_000,
    }),
  },
  secret: "a secret of at least thirty-two letters",
  providers: { studio: instant },
  prices: { "text-to-image": { studio: "bench" }, "image-to-image": { studio: "bench" } },
  engine: makeEngine(engine, settings),
  credits: { signUp: plenty },
  limits: { openGenerationsPerUser: plenty, queueDepth: plenty },
});
await database.call("genbff_set_operation_cost", { p_key: "bench", p_credits: 1, p_per: "call" });
await bff.start();

async function ask(prompt: string): Promise<void> {
  made += 1;
  const response = await bff.fetch(
    new Request("http://bench.test/api/generate/text-to-image", {
      method: "POST",
      // Many, as in a shop: one user's generations wait for one another at one wallet.
      headers: { "content-type": "application/json", "x-user": `user-${made % users}` },
      body: JSON.stringify({ task_id: crypto.randomUUID(), prompt }),
    }),
  );
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
}

async function ended(): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      "select from genbff.generations where completed_at is null limit 1",
    );
    if (rowCount === 0) return;
    await pause(10);
  }
}

/** So many at once, until as many have been done. */
async function inParallel(count: number, doing: (number: number) => Promise<unknown>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index).values();
  const client = async () => {
    for (const number of numbers) await doing(number);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (count * 1000) / (performance.now() - since);
}

async function plainRate(count: number, writes: number): Promise<number> {
  const all = Promise.withResolvers<void>();
  let processed = 0;
  const queue = openPlainQueue(engine, settings, async (number) => {
    for (let write = 0; write < writes; write++)
      await pool.query("insert into public.bench_writes values ($1)", [number]);
    processed += 1;
    if (processed === count) all.resolve();
  });
  try {
    return await rateOf(count, async () => {
      await inParallel(count, (number) => queue.add(number));
      await all.promise;
    });
  } finally {
    await queue.close();
  }
}

async function pickups(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const prompt = `pickup ${crypto.randomUUID()}`;
    const since = performance.now();
    await ask(prompt);
    await ended();
    times.push((reached.get(prompt) ?? Number.NaN) - since);
    reached.delete(prompt);
  }
  return times.toSorted((a, b) => a - b);
}

obeyParent({}, async (work: Work) => {
  switch (work.kind) {
    case "generations":
      return rateOf(work.count, async () => {
        await inParallel(work.count, (number) => ask(`rate ${number}`));
        await ended();
      });
    case "plain":
      return plainRate(work.count, work.writes);
    case "pickups":
      return pickups(work.count);
    case "calls":
      return calls / made;
  }
});
