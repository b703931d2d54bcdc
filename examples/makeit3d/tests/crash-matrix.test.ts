import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createBff, type Principal } from "@genbff/core";
import { files } from "@genbff/core/files";
import { postgres } from "@genbff/core/postgres";
import { openai } from "@genbff/providers/openai";
import { tripo } from "@genbff/providers/tripo";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { type DeathPlan, type Life, mortal } from "./mortal.ts";

const migrations = [{ name: "makeit3d", path: fileURLToPath(new URL("../sql", import.meta.url)) }];
const alice: Principal = { userId: "alice", admin: false, expiresAt: Date.now() + 3_600_000 };

const vendors = {
  openai: { operation: "text-to-image", prompt: "a brass compass on slate", price: 1 },
  tripo: { operation: "text-to-model", prompt: "a small brass lamp", price: 8 },
} as const;
type Vendor = keyof typeof vendors;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 300 });
});
afterAll(async () => {
  await simulator.close();
});

interface World {
  readonly test: TestDatabase;
  readonly folder: string;
  /** A process of its own on the shared database and storage. */
  spawn(plan?: DeathPlan): { life: Life; bff: ReturnType<typeof makeBff> };
  close(): Promise<void>;
}

function makeBff(world: { url: string; folder: string }, life: Life, plan: DeathPlan | undefined) {
  const live = <Port extends object>(name: string, port: Port) => mortal(name, port, life, plan);
  return createBff({
    database: live("database", postgres({ connectionString: world.url, max: 4 })),
    storage: live("storage", files(world.folder)),
    auth: { authenticate: async () => alice },
    providers: {
      openai: live("provider", openai({ apiKey: "sk-x", baseUrl: `${simulator.url}/openai/v1` })),
      tripo: live(
        "provider",
        tripo({ apiKey: "tsk_x", baseUrl: `${simulator.url}/tripo/v3`, pollMs: 100, lookupSettleMs: 400 }),
      ),
    },
    prices: {
      "text-to-image": { openai: "text_to_image_v1" },
      "image-to-image": { openai: "image_to_image_v1" },
      "text-to-model": { tripo: "text_to_model_v1" },
      "image-to-model": { tripo: "image_to_model_v1" },
    },
    secret: "a secret of at least thirty-two letters",
    inputs: { trustedOrigins: [simulator.url] },
    // Long enough for a busy machine: the simulator paints in this very process.
    limits: { leaseMs: 1500, heartbeatMs: 300, sweepMs: 50, watchTickMs: 50 },
    migrations,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

async function makeWorld(): Promise<World> {
  const test = await createTestDatabase({ migrations });
  const folder = await mkdtemp(join(tmpdir(), "genbff-crash-"));
  const processes: { life: Life; bff: ReturnType<typeof makeBff> }[] = [];
  return {
    test,
    folder,
    spawn(plan) {
      const life: Life = { dead: false, calls: [] };
      const started = { life, bff: makeBff({ url: test.url, folder }, life, plan) };
      processes.push(started);
      return started;
    },
    async close() {
      for (const { life, bff } of processes) {
        life.dead = false;
        await bff.stop(0);
      }
      await test.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts one generation as a request does whose process died right after: C2 of the specification. */
async function ask(world: World, vendor: Vendor): Promise<string> {
  const { operation, price } = vendors[vendor];
  // Identical requests are interchangeable, across all worlds of one vendor: each asks for something of its own.
  const body = { prompt: `${vendors[vendor].prompt}, ${randomUUID()}` };
  const { database } = world.test;
  await database.call("genbff_grant", { p_wallet_id: "alice", p_amount: 100, p_idempotency_key: "start" });
  const started = await database.call("genbff_start", {
    p_user_id: "alice",
    p_wallet_id: "alice",
    p_task_id: "task",
    p_operation: operation,
    p_provider: vendor,
    p_input: body,
    p_sources: [],
    p_prompt: body.prompt,
    p_style: null,
    p_style_version: 1,
    p_output_kind: vendor === "openai" ? "image" : "model",
    p_outputs: 1,
    p_price: {
      key: `${operation.replaceAll("-", "_")}_v1`,
      version: 1,
      per: "output",
      unit: price,
      credits: price,
      basis: {},
    },
    p_quote_id: null,
    p_idempotency_key: null,
    p_digest: null,
    p_retry_of: null,
    p_limits: { open_generations_per_user: 20, queue_depth: 100, attempts: 3, deadline_ms: 60_000 },
  });
  return (started as { generation_id: string }).generation_id;
}

interface End {
  status: string;
  error_code: string | null;
  charged: string;
}

async function until(isTrue: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function endOf(world: World, id: string): Promise<End> {
  const query =
    "select status, error_code, charged from genbff.generations where id = $1 and completed_at is not null";
  let end: End | undefined;
  await until(async () => {
    [end] = await world.test.query<End>(query, [id]);
    return end !== undefined;
  }, `generation ${id} never ended`);
  return end as End;
}

/** What lies in storage, beside the store's own working files. */
async function objectsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return files.filter((path) => !path.startsWith("."));
}

/** One life with one death in it, and what was true afterwards. */
async function killAndRecover(vendor: Vendor, plan: DeathPlan | undefined) {
  const world = await makeWorld();
  try {
    const id = await ask(world, vendor);
    const first = world.spawn(plan);
    await first.bff.start();
    if (plan !== undefined) {
      await until(() => first.life.dead, `${plan.at} was never called`);
      await world.spawn().bff.start();
    }
    const end = await endOf(world, id);
    const references = await world.test.query<{ client_reference: string }>(
      "select client_reference from genbff.attempts where generation_id = $1",
      [id],
    );
    const bought = simulator
      .purchases()
      .filter((purchase) => references.some((row) => row.client_reference === purchase.client_reference));
    const [orphans] = await world.test.query<{ count: string }>(
      "select count(*) from genbff.orphans where state = 'open'",
    );
    return {
      calls: [...first.life.calls],
      status: end.status,
      error: end.error_code,
      charged: Number(end.charged),
      purchases: bought.length,
      orphans: Number(orphans?.count),
      objects: await objectsIn(world.folder),
      keys: await world.test.query<{ storage_key: string }>(
        "select storage_key from public.assets where status = 'complete'",
      ),
      violations: await world.test.database.call("genbff_violations", {}),
      balance: (await world.test.database.call("genbff_balance", { p_wallet_id: "alice" })) as {
        available: number;
        held: number;
      },
    };
  } finally {
    await world.close();
  }
}

type Expected = "complete" | "lost";

/** Every call on the way of one generation, and what a death before it and after it must lead to. */
const points: Record<Vendor, Record<string, { before: Expected; after: Expected }>> = {
  openai: {
    genbff_take: { before: "complete", after: "complete" },
    "provider.prepare": { before: "complete", after: "complete" },
    genbff_intent: { before: "complete", after: "lost" },
    "provider.submit": { before: "lost", after: "lost" },
    "storage.put": { before: "lost", after: "lost" },
    "genbff_record settling": { before: "lost", after: "complete" },
    genbff_finish: { before: "complete", after: "complete" },
  },
  // This vendor can be asked what it sold: nothing is ever lost.
  tripo: {
    genbff_take: { before: "complete", after: "complete" },
    "provider.prepare": { before: "complete", after: "complete" },
    genbff_intent: { before: "complete", after: "complete" },
    "provider.submit": { before: "complete", after: "complete" },
    "genbff_record submitted": { before: "complete", after: "complete" },
    "provider.check": { before: "complete", after: "complete" },
    "genbff_record fetching": { before: "complete", after: "complete" },
    "storage.put": { before: "complete", after: "complete" },
    "genbff_record settling": { before: "complete", after: "complete" },
    genbff_finish: { before: "complete", after: "complete" },
  },
};

describe.each(["openai", "tripo"] as const)("a death at each step of %s", (vendor) => {
  it("knows every step there is", async () => {
    const { calls, ...life } = await killAndRecover(vendor, undefined);
    expect(life).toMatchObject({ status: "complete", purchases: 1, orphans: 0, violations: [] });
    const story = new Set(
      calls.slice(calls.indexOf("genbff_take")).filter((call) => !/heartbeat|sweep/.test(call)),
    );
    story.delete("storage.urlOf");
    expect([...story].sort()).toEqual(Object.keys(points[vendor]).sort());
  });

  const deaths = Object.entries(points[vendor]).flatMap(([at, expected]) =>
    (["before", "after"] as const).map((when) => ({ at, when, expected: expected[when] })),
  );
  it.concurrent.each(deaths)("killed $when $at, it ends $expected", async ({ at, when, expected }) => {
    const end = await killAndRecover(vendor, { at, when });
    expect(end.violations).toEqual([]);
    expect(end.balance.held).toBe(0);
    if (expected === "complete") {
      expect(end).toMatchObject({
        status: "complete",
        purchases: 1,
        charged: vendors[vendor].price,
        orphans: 0,
      });
      expect(end.objects).toHaveLength(1);
      expect(end.keys).toHaveLength(1);
    } else {
      // Bought at most once, paid by nobody, and written down for the operator.
      expect(end).toMatchObject({
        status: "failed",
        error: "submission_unknown",
        charged: 0,
        orphans: 1,
        objects: [],
      });
      expect(end.purchases).toBeLessThanOrEqual(1);
    }
    expect(end.balance.available).toBe(100 - end.charged);
  });
});
