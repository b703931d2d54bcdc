import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Simulator } from "@genbff/simulator";
import { expect } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { watchBff } from "../../../packages/core/src/testing/leaks/watch-bff.ts";
import { crashSecrets, makeBff, migrations, type Settings } from "./crash-bff.ts";
import { endAll, type Life, type Moment, mortalLife, outliveLeases } from "./mortal.ts";

/** One of each class: a vendor that answers with the files and remembers nothing, and one that works by jobs and can be asked. */
export const vendors = {
  openai: { operation: "text-to-image", prompt: "a brass compass on slate", price: 1 },
  tripo: { operation: "text-to-model", prompt: "a small brass lamp", price: 8 },
} as const;
export type Vendor = keyof typeof vendors;

/** How a life may end: delivered and paid once; or bought at most once, unpaid, and written down for the operator; or cancelled before anything was bought. */
export type Expected = "complete" | "lost" | "cancelled";

/** A process of a world. */
export interface Spawned {
  readonly life: Life;
  readonly bff: ReturnType<typeof makeBff>;
}

/** One database and one storage, for any number of processes. */
export interface World {
  readonly test: TestDatabase;
  readonly settings: Settings;
  spawn(moment?: Moment, life?: Life): Spawned;
  /** As much time passes as the dead have left. */
  leasesRunOut(): Promise<void>;
  close(): Promise<void>;
}

/** @param leaseMs - So long that nobody has waited for it: a busy machine loses none, and what goes on was taken over. */
export async function makeWorld(simulator: Simulator, leaseMs = 600_000): Promise<World> {
  const test = await createTestDatabase({ migrations });
  const folder = await mkdtemp(join(tmpdir(), "genbff-crash-"));
  const settings = { databaseUrl: test.url, folder, simulatorUrl: simulator.url, leaseMs };
  const processes: Spawned[] = [];
  await test.database.call("genbff_grant", {
    p_wallet_id: "alice",
    p_amount: 100,
    p_idempotency_key: "start",
  });
  return {
    test,
    settings,
    spawn(moment, life = mortalLife()) {
      // It sells under the vendors' own names.
      const confidential = { secrets: crashSecrets, vendorsAreNamed: true };
      const started = { life, bff: watchBff(makeBff(settings, life, moment), confidential) };
      processes.push(started);
      return started;
    },
    leasesRunOut: () => outliveLeases(test, processes),
    async close() {
      await endAll(processes);
      await test.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts one generation as a request does whose process died right after: C2 of the specification. */
export async function ask(world: World, vendor: Vendor): Promise<string> {
  const { operation, price } = vendors[vendor];
  const body = bodyFor(vendor);
  const started = await world.test.database.call("genbff_start", {
    p_user_id: "alice",
    p_wallet_id: "alice",
    p_task_id: body.task_id,
    p_operation: operation,
    p_provider: vendor,
    p_input: { prompt: body.prompt },
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

/** Identical requests are interchangeable, across all worlds of one vendor: each asks for something of its own. */
export function bodyFor(vendor: Vendor): { task_id: string; prompt: string } {
  return { task_id: "task", prompt: `${vendors[vendor].prompt}, ${randomUUID()}` };
}

/** The same by a request with its key, as a client sends it and sends it again. */
export function requestOf(vendor: Vendor, body: { task_id: string; prompt: string }): Request {
  return new Request(`http://shop.test/api/generate/${vendors[vendor].operation}`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "once" },
    body: JSON.stringify(body),
  });
}

export async function until(isTrue: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const giveUpAt = performance.now() + 45_000;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What is true once it has ended: in the books, at the vendor, in storage. */
export async function endOf(world: World, simulator: Simulator, id: string) {
  const { test, settings } = world;
  const query =
    "select status, error_code, charged from genbff.generations where id = $1 and completed_at is not null";
  let end: { status: string; error_code: string | null; charged: string } | undefined;
  await until(async () => {
    [end] = await test.query<NonNullable<typeof end>>(query, [id]);
    return end !== undefined;
  }, `generation ${id} never ended`);
  // After the commit that ends it, and by the sweep if whoever made it is dead.
  if (end?.status !== "complete")
    await until(
      async () => (await objectsIn(settings.folder)).length === 0,
      `what ${id} had put into storage stays there`,
    );
  const attempts = await test.query<{ client_reference: string }>(
    "select client_reference from genbff.attempts where generation_id = $1",
    [id],
  );
  const references = attempts.map((row) => row.client_reference);
  const [counted] = await test.query<{ orphans: string; ends: string; keys: string }>(
    `select (select count(*) from genbff.orphans where state = 'open') as orphans,
        (select count(*) from genbff.events where generation_id = $1 and snapshot ->> 'completed_at' is not null) as ends,
        (select count(*) from public.assets where generation_id = $1 and status = 'complete') as keys`,
    [id],
  );
  return {
    status: end?.status,
    error: end?.error_code,
    charged: Number(end?.charged),
    purchases: simulator
      .purchases()
      .filter(({ client_reference }) => references.includes(client_reference ?? "")).length,
    orphans: Number(counted?.orphans),
    ends: Number(counted?.ends),
    keys: Number(counted?.keys),
    objects: (await objectsIn(settings.folder)).length,
    violations: await test.database.call("genbff_violations", {}),
    balance: (await test.database.call("genbff_balance", { p_wallet_id: "alice" })) as {
      available: number;
      held: number;
    },
  };
}
export type End = Awaited<ReturnType<typeof endOf>>;

/** Whatever died: one end, told once, and books that are right to the last credit. */
export function expectEnd(end: End, vendor: Vendor, expected: Expected): void {
  expect(end).toMatchObject({ violations: [], ends: 1, balance: { held: 0, available: 100 - end.charged } });
  switch (expected) {
    case "complete":
      expect(end).toMatchObject({ status: "complete", purchases: 1, charged: vendors[vendor].price });
      expect(end).toMatchObject({ orphans: 0, objects: 1, keys: 1 });
      return;
    case "lost":
      expect(end).toMatchObject({ status: "failed", error: "submission_unknown", charged: 0 });
      expect(end).toMatchObject({ orphans: 1, objects: 0, keys: 0 });
      expect(end.purchases).toBeLessThanOrEqual(1);
      return;
    case "cancelled":
      expect(end).toMatchObject({ status: "cancelled", charged: 0, purchases: 0, orphans: 0, objects: 0 });
  }
}

/** What lies in storage, beside the store's own working files. */
async function objectsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return files.filter((path) => !path.startsWith("."));
}
