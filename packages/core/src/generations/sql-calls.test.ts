import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/port.ts";
import { supabase } from "../supabase/database.ts";
import { hasPgbouncer } from "../testing/embedded/pgbouncer.ts";
import { createPooledDatabase } from "../testing/embedded/pooled-database.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { createSupabaseProject } from "../testing/postgrest/supabase-project.ts";

// What the life of one happy generation costs the database, from the request to its end: at most twelve calls, whatever
// the driver.

/** A database, and a process's way to it where that is not the pool of connections. */
interface Way {
  readonly test: TestDatabase;
  connect?(): Promise<Database>;
  /** How often the database was asked, as those count it who stand between. */
  asked?(): number | Promise<number>;
}

const ways: Record<string, () => Promise<Way>> = {
  postgres: async () => ({ test: await createTestDatabase() }),
  async supabase() {
    const project = await createSupabaseProject();
    return {
      test: project,
      connect: async () => supabase(await project.client("service_role")),
      asked: project.postgrest.requests,
    };
  },
  ...(hasPgbouncer
    ? {
        async pgbouncer() {
          const test = await createPooledDatabase();
          // It was migrated before, and asking whether that is so is no part of a generation's life.
          const done = async () => undefined;
          const database = { ...test.database, migrate: done, close: done };
          return { test, connect: async () => database, asked: test.statements };
        },
      }
    : {}),
};

describe.each(Object.entries(ways))("one generation through %s", (_name, open) => {
  let way: Way;
  let test: TestDatabase;
  let shop: Shop;
  let process: Process;
  const calls: string[] = [];
  const counted = (database: Database): Database => ({
    ...database,
    call(name, args) {
      calls.push(name);
      return database.call(name, args);
    },
  });
  let finished = false;
  const vendor = scriptedProvider({
    submit: (job) => (job.prompt === "job" ? running(job.generationId, 60_000) : picture()),
    check: async ({ key }) => (finished ? picture() : running(key, 60_000)),
  });

  beforeAll(async () => {
    way = await open();
    test = way.test;
    shop = await openScriptedShop(test, {
      providers: { vendor: vendor.port },
      // However slow the machine is: no sweep and no heartbeat falls into it.
      limits: { sweepMs: 3_600_000, leaseMs: 60_000, heartbeatMs: 15_000 },
    });
    const database = await way.connect?.();
    const before = (await way.asked?.()) ?? 0;
    process = await shop.open((direct) => counted(database ?? direct));
    // What a process does for itself, once, whatever it makes; and nothing of it may be on its way any more.
    const asked = async () => ((await way.asked?.()) ?? calls.length) - before;
    let seen = -1;
    while (!calls.includes("genbff_sweep") || (await asked()) < calls.length || (await asked()) !== seen) {
      seen = await asked();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  afterAll(async () => {
    await shop.close();
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
    await test.close();
  });

  /** Looks past the port until it is true, so that looking is not counted. */
  async function until(condition: string): Promise<void> {
    while ((await test.query(`select from genbff.generations where ${condition}`)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Who stands between may count a call a moment after it was done. */
  async function asAsked(before: number): Promise<void> {
    if (way.asked === undefined) return;
    await expect.poll(async () => Number(await way.asked?.()) - before).toBe(calls.length);
  }

  it("costs seven calls where the vendor answers at once", async () => {
    calls.splice(0);
    const before = (await way.asked?.()) ?? 0;
    const body = { task_id: "sync", prompt: "a lamp" };
    await process.ask("alice", "/generate/text-to-image", body, { "idempotency-key": "one" });
    await until("task_id = 'sync' and status = 'complete'");
    expect(calls).toEqual([
      "genbff_welcome",
      "genbff_replay",
      "genbff_start",
      "genbff_take",
      "genbff_intent",
      "genbff_record",
      "genbff_finish",
    ]);
    await asAsked(before);
  });

  it("costs ten where the vendor works and then tells", async () => {
    calls.splice(0);
    const before = (await way.asked?.()) ?? 0;
    const body = { task_id: "job", prompt: "job" };
    const started = await process.ask("bob", "/generate/text-to-image", body, { "idempotency-key": "one" });
    await until("task_id = 'job' and step = 'submitted'");
    finished = true;
    const id = started.json.generation_id as string;
    const told = { p_provider: "vendor", p_event_id: "e", p_job_key: id, p_payload: {} };
    await counted(test.database).call("genbff_webhook", told);
    await process.worker.advance(id);
    await until("task_id = 'job' and status = 'complete'");
    expect(calls.length).toBeLessThanOrEqual(12);
    expect(calls.slice(3)).toEqual([
      "genbff_take",
      "genbff_intent",
      "genbff_record",
      "genbff_webhook",
      "genbff_take",
      "genbff_record",
      "genbff_finish",
    ]);
    await asAsked(before);
  });
});
