import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { killInMigrations } from "../testing/deaths/killed-backend.ts";
import { startProcess, type WorkingProcess } from "../testing/deaths/start-process.ts";
import { migrateAlone } from "../testing/embedded/migrate-alone.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createTestPglite } from "../testing/embedded/test-pglite.ts";
import { schemaSnapshot } from "../testing/snapshot/schema-snapshot.ts";
import { coreMigrations, readMigrations } from "./migration-files.ts";
import { pglite } from "./pglite.ts";
import type { MigrationFolder } from "./port.ts";

// C21 of `reliability-spec.md` 3: migrations that are killed. `MIGRATION_STRIDE=1` dies at every statement of ours.

const stride = Number(process.env.MIGRATION_STRIDE ?? 17);

let folder: MigrationFolder;
let processes: WorkingProcess[] = [];
beforeEach(() => {
  folder = { name: "team", path: mkdtempSync(join(tmpdir(), "genbff-killed-")) };
});
afterEach(async () => {
  await Promise.all(processes.map((one) => one.kill()));
  processes = [];
  rmSync(folder.path, { recursive: true, force: true });
});
const write = (name: string, sql: string) => writeFileSync(join(folder.path, name), sql);
const start = (work: Parameters<typeof startProcess>[0]) => {
  const started = startProcess(work);
  processes.push(started);
  return started;
};

/** One try. */
async function tryToMigrate(url: string): Promise<"done" | "died"> {
  try {
    await migrateAlone(url, [coreMigrations()]);
    return "done";
  } catch (error) {
    if (/terminating connection|Connection terminated/.test(String(error))) return "died";
    throw error;
  }
}

describe("C21: on a real server", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase({ empty: true });
  });
  afterEach(() => test.close());

  it("completes what dies at statement after statement, and keeps whole files alone", async () => {
    const files = await readMigrations(coreMigrations());
    const first = 1 + Math.floor(Math.random() * stride);
    const deaths = await killInMigrations(test, { first, stride, files: files.length });
    let died = 0;
    while ((await tryToMigrate(test.url)) === "died") {
      died += 1;
      const applied = await test
        .query<{ name: string }>("select name from genbff.migrations order by number")
        .catch(() => []);
      expect(applied.map(({ name }) => name)).toEqual(files.slice(0, applied.length).map(({ name }) => name));
    }
    expect(died, `first at ${first}`).toBeGreaterThanOrEqual(files.length);
    expect(await deaths()).toBe(died);
    const client = new Client(test.url);
    await client.connect();
    const schema = await schemaSnapshot(client);
    await client.end();
    expect(schema).toBe(await readFile(join(dirname(coreMigrations().path), "schema.snapshot.sql"), "utf8"));
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
  }, 120_000);

  it("completes what a killed process left in the middle, with all data there", async () => {
    write(
      "0001_notes.sql",
      "create table public.notes (id int primary key, text text);\nalter table public.notes enable row level security;",
    );
    await test.database.migrate?.([folder]);
    await test.query("insert into public.notes select i, 'note ' || i from generate_series(1, 500) i");
    write(
      "0002_titles.sql",
      `alter table public.notes add column title text;
       update public.notes set title = upper(text);
       select from public.gate for share;
       alter table public.notes drop column text;`,
    );
    await test.query("create table public.gate as select 1 as id");
    const holding = new Client(test.url);
    await holding.connect();
    await holding.query("begin");
    await holding.query("select from public.gate for update");
    const killed = start({ url: test.url, migrate: [folder] });
    const waits = () =>
      test.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%public.gate for share%'",
      );
    await expect.poll(waits, { timeout: 30_000 }).toHaveLength(1);
    await killed.kill();
    // A second migrator waits for what is left of the first, not knowing that it is dead.
    const second = start({ url: test.url, migrate: [folder] });
    await second.ready;
    await holding.query("rollback");
    await holding.end();
    expect(await second.ended).toEqual({ code: 0, said: "ready\ndone\n" });
    expect(
      await test.query(
        "select count(*)::int as notes, min(title) as first, max(title) as last from public.notes",
      ),
    ).toEqual([{ notes: 500, first: "NOTE 1", last: "NOTE 99" }]);
    expect(await test.query("select from genbff.migrations where folder = 'team'")).toHaveLength(2);
  }, 120_000);

  it("lets processes migrate an empty database at the same time, and one of them be killed", async () => {
    write(
      "0001_one.sql",
      "create table public.one (id int);\nalter table public.one enable row level security;",
    );
    const work = { url: test.url, migrate: [folder] };
    const [victim, ...others] = [start(work), start(work), start(work), start(work)];
    await victim?.ready;
    await victim?.kill();
    for (const other of others) expect(await other.ended).toEqual({ code: 0, said: "ready\ndone\n" });
    const files = await readMigrations(coreMigrations());
    expect(await test.query("select folder, number from genbff.migrations order by 1, 2")).toEqual([
      ...files.map(({ number }) => ({ folder: "core", number })),
      { folder: "team", number: 1 },
    ]);
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
  }, 120_000);
});

it("C21: on the embedded database, completes what a killed process left in the middle", async () => {
  const test = await createTestPglite({ empty: true });
  const other: MigrationFolder = { name: "team", path: mkdtempSync(join(tmpdir(), "genbff-killed-")) };
  try {
    await test.database.migrate?.([]);
    await test.database.call("genbff_grant", { p_wallet_id: "ada", p_amount: 7, p_idempotency_key: "a" });
    await test.database.close();
    const sql = (wait: string) => `create table public.half (id int);
      alter table public.half enable row level security;
      alter table public.user_credits add column note text not null default 'new';
      ${wait}`;
    // Sleeps for so long in the middle of its file that it is killed there, or before.
    write("0001_half.sql", sql("select pg_sleep(600);"));
    writeFileSync(join(other.path, "0001_half.sql"), sql(""));
    const killed = start({ folder: test.folder, migrate: [folder] });
    await killed.ready;
    // Nothing can be seen from outside of a database that lives in a process: wherever this finds it is right.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await killed.kill();
    const database = pglite(test.folder);
    await database.migrate?.([other]);
    await database.migrate?.([other]);
    expect(await database.call("genbff_balance", { p_wallet_id: "ada" })).toMatchObject({ available: 7 });
    expect(await database.call("genbff_violations", {})).toEqual([]);
    await database.close();
  } finally {
    await test.close();
    rmSync(other.path, { recursive: true, force: true });
  }
}, 120_000);
