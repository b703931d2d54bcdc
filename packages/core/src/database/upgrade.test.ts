import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLedger } from "../credits/ledger.ts";
import { migrateAlone } from "../testing/embedded/migrate-alone.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createTestPglite } from "../testing/embedded/test-pglite.ts";
import { openBook } from "../testing/generations/book.ts";
import { picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop } from "../testing/generations/scripted-shop.ts";
import { editedAfterRelease, type ReleaseFiles, readReleases } from "../testing/releases/releases.ts";
import { tinyPng } from "../testing/test-studio.ts";
import { migrate } from "./migrate.ts";
import { pglite } from "./pglite.ts";
import { clusterIn } from "./pglite-folder.ts";
import type { Database, MigrationFolder } from "./port.ts";

// V10 of `reliability-spec.md` 6: every released schema, full of open holds and running generations, becomes today's and
// finishes them. A release is a line in `sql/releases/<version>.json` and a story beside it.

const releases = await readReleases();
const folders: string[] = [];
let vendorFiles: Server;
let origin: string;
beforeAll(async () => {
  vendorFiles = createServer((_request, response) =>
    response.setHeader("content-type", "image/png").end(tinyPng),
  );
  await once(vendorFiles.listen(0, "127.0.0.1"), "listening");
  origin = `http://127.0.0.1:${(vendorFiles.address() as AddressInfo).port}`;
});
afterAll(() => vendorFiles.close());
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderOf(name: string, files: Readonly<Record<string, string>>): MigrationFolder {
  const path = mkdtempSync(join(tmpdir(), "genbff-upgrade-"));
  folders.push(path);
  for (const [file, sql] of Object.entries(files)) writeFileSync(join(path, file), sql);
  return { name, path };
}

/** The library's migrations as they were then. */
const migrationsOf = ({ migrations }: ReleaseFiles) =>
  folderOf("core", Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])));

/** A database of that version, as its story leaves it. */
async function asOf(release: ReleaseFiles): Promise<TestDatabase> {
  const test = await createTestDatabase({ empty: true, max: 16 });
  await migrateAlone(test.url, [migrationsOf(release)]);
  const client = new Client(test.url);
  await client.connect();
  await client.query(release.story.replaceAll("OUTPUTS", origin));
  await client.end();
  return test;
}

/** What an upgrade may not touch: the money, whatever columns are added to it. */
const money = (test: TestDatabase) =>
  test.query(`
    select 'wallet' as kind, user_id as of, jsonb_build_array(balance, held, seq, lifetime_granted, lifetime_spent, subscription_tier) as figures from public.user_credits
    union all select 'lot', id::text, jsonb_build_array(wallet_id, source, amount, remaining, held, priority, expires_at) from genbff.grants
    union all select 'hold', id::text, jsonb_build_array(wallet_id, idempotency_key, amount, state, captured, generation_id, expires_at) from genbff.holds
    union all select 'entry', id::text, jsonb_build_array(wallet_id, seq, kind, amount, balance_after, idempotency_key, hold_id, grant_id, created_at) from genbff.transactions
    order by 1, 2`);

/** How each generation ended: task, or task/prompt of a child → status, credits and error. */
const endsQuery = `select task_id || case when parent_id is null then '' else '/' || prompt end as name,
  concat_ws(' ', status, charged, error_code) as end from genbff.generations`;

const byName = (rows: readonly { name: string; end: string }[]) =>
  Object.fromEntries(rows.map(({ name, end }) => [name, end]));

const ends = async (test: TestDatabase) => byName(await test.query<{ name: string; end: string }>(endsQuery));

/** Today's code, until nothing is open any more. Resolves to how many submissions each vendor got. */
async function finish(
  test: Pick<TestDatabase, "database" | "url">,
  around?: () => Database,
): Promise<Record<string, number>> {
  const vendor = scriptedProvider({
    check: async () => picture(),
    port: {
      cancel: async () => true,
      lookup: async ({ clientReference }) => ({
        candidates: [{ key: `found ${clientReference}` }],
        conclusive: false,
      }),
    },
  });
  const mute = scriptedProvider();
  const shop = await openScriptedShop(test as TestDatabase, {
    providers: { vendor: vendor.port, mute: mute.port },
    trustedOrigins: [origin],
  });
  const process = await shop.open(around);
  const open = async () => {
    const { json } = await process.ask("ada", "/tasks?limit=50");
    return (json.items as { open: number }[]).filter((task) => task.open > 0);
  };
  await expect.poll(open, { timeout: 60_000 }).toEqual([]);
  await shop.close();
  return { vendor: vendor.submissions.length, mute: mute.submissions.length };
}

/** A version that nobody has written yet: it adds a column to what is running, and changes a function that is called. */
const tomorrow = {
  "0001_tomorrow.sql": `
    alter table genbff.generations add column region text not null default 'here';
    alter table genbff.holds add column note text;
    update genbff.generations set region = 'there' where completed_at is null;
    create function public.genbff_regions() returns jsonb
    language sql stable security definer set search_path = '' as $$
      select jsonb_object_agg(region, count) from (select region, count(*) from genbff.generations group by region) r
    $$;
    create or replace function genbff.expired_credits(p_wallet_id text, p_now timestamptz) returns bigint
    language sql stable set search_path = '' as $$
      select coalesce(sum(remaining - held), 0)::bigint from genbff.grants
       where wallet_id = p_wallet_id and remaining > held and expires_at <= p_now
    $$;
    select genbff.close_doors();`,
};

describe.each(releases.map((release) => [release.version, release] as const))(
  "a database of %s",
  (_, release) => {
    it.each([
      ["today's schema", () => []],
      ["a schema with one more migration", () => [folderOf("tomorrow", tomorrow)]],
    ])("becomes %s and ends everything that is open", { timeout: 120_000 }, async (_name, later) => {
      const test = await asOf(release);
      try {
        const before = await money(test);
        expect(before.length).toBeGreaterThan(20);
        const standing = await ends(test);
        await test.database.migrate?.(later());
        expect(await money(test)).toEqual(before);
        expect(await ends(test)).toEqual(standing);
        expect(await test.database.call("genbff_violations", {})).toEqual([]);

        const bought = await finish(test);
        expect(await ends(test)).toEqual(release.ends);
        // What was sent before the upgrade is not sent again: only what had not been sent is.
        expect(bought).toEqual({ vendor: release.submissions, mute: 0 });

        await test.database.call("genbff_expire_due", { p_count: 1000 });
        expect(await test.database.call("genbff_violations", {})).toEqual([]);
        await keysAreKnown(test);
      } finally {
        await test.close();
      }
    });
  },
);

it.each(releases.map((release) => [release.version, release] as const))(
  "an embedded database of %s becomes today's and ends everything that is open",
  { timeout: 120_000 },
  async (_, release) => {
    const test = await createTestPglite({ empty: true });
    try {
      const old = await PGlite.create(clusterIn(test.folder));
      const runIn = (pg: Pick<PGlite, "exec">) => async (sql: string) =>
        (await pg.exec(sql)).at(-1)?.rows ?? [];
      await migrate(
        {
          run: runIn(old),
          transaction: (work) => old.transaction((transaction) => work(runIn(transaction))),
        },
        [migrationsOf(release)],
      );
      await old.exec(release.story.replaceAll("OUTPUTS", origin));
      await old.close();

      const database = pglite(test.folder);
      await database.migrate?.([folderOf("tomorrow", tomorrow)]);
      expect(await database.call("genbff_violations", {})).toEqual([]);
      const bought = await finish({ database, url: "postgres://nobody@127.0.0.1:1/none" }, () => database);
      expect(bought).toEqual({ vendor: release.submissions, mute: 0 });
      await database.close();

      const seen = await PGlite.create(clusterIn(test.folder));
      expect(byName((await seen.query<{ name: string; end: string }>(endsQuery)).rows)).toEqual(release.ends);
      expect((await seen.query("select * from public.genbff_verify()")).rows).toEqual([]);
      await seen.close();
    } finally {
      await test.close();
    }
  },
);

/** Keys of before the upgrade are answered with what they did then. */
async function keysAreKnown(test: TestDatabase): Promise<void> {
  const before = await test.query("select seq from genbff.transactions");
  const ledger = createLedger(test.database);
  await ledger.adjust({
    walletId: "ada",
    amount: 11,
    idempotencyKey: "up",
    reason: "apology",
    actor: "grace",
  });
  await ledger.paymentEvent({
    provider: "stripe",
    eventId: "evt_3",
    purchaseId: "order-1",
    walletId: "ada",
    amount: 100,
  });
  const poster = { walletId: "ada", amount: 9, idempotencyKey: "poster", externalReference: "poster" };
  const hold = await ledger.hold({ ...poster, expiresInMs: 86_400_000 });
  expect(hold.state).toBe("open");
  expect(await test.query("select seq from genbff.transactions")).toHaveLength(before.length);
  await ledger.capture(hold.id, "full");
  const replay = { p_user_id: "ada", p_idempotency_key: "told twice", p_digest: "told twice" };
  expect(await test.database.call("genbff_replay", replay)).toMatchObject({
    task_id: "pending",
    replayed: true,
  });
  expect(await openBook(test).violations()).toEqual([]);
}

it("names a migration that was edited after its release, or put in between", () => {
  const [release] = releases;
  if (release === undefined) throw new Error("there is no release");
  const checksums = Object.fromEntries(release.migrations.map(({ name, checksum }) => [name, checksum]));
  expect(editedAfterRelease([{ ...release, released: true, checksums }])).toEqual([]);
  const [name = ""] = Object.keys(checksums);
  const { [name]: _first, ...others } = checksums;
  for (const wrong of [others, { ...checksums, [name]: "of another text" }])
    expect(editedAfterRelease([{ ...release, released: true, checksums: wrong }])).toEqual([
      `${name} was released with ${release.version}: undo the edit and add a new migration`,
    ]);
});
