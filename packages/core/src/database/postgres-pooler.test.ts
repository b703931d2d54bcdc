import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { databaseSuite } from "../testing/database-suite.ts";
import {
  hasPgbouncer,
  type Pgbouncer,
  startPgbouncer,
  withoutPgbouncer,
} from "../testing/embedded/pgbouncer.ts";
import { createPooledDatabase } from "../testing/embedded/pooled-database.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { postgres } from "./postgres.ts";

// A real pgbouncer in transaction mode: from one call to the next a client has another connection to the server.

describe.skipIf(!hasPgbouncer)(hasPgbouncer ? "pgbouncer" : `pgbouncer (${withoutPgbouncer})`, () => {
  databaseSuite("postgres behind it", async (suiteFunctions) => {
    const made = await createPooledDatabase({ empty: true });
    await made.database.migrate?.([suiteFunctions]);
    return { ...made.database, close: made.close };
  });

  let test: TestDatabase;
  let pooler: Pgbouncer;
  let url: string;
  beforeAll(async () => {
    test = await createTestDatabase();
    pooler = await startPgbouncer(test.url);
    url = pooler.through(test.url);
    await test.query("create sequence public.calls");
    // Whatever else happens in a session before: this call alone must not see it.
    await test.query(`create function public.session() returns jsonb language sql as $$
      select jsonb_build_object(
        'backend', pg_backend_pid(), 'prepared', (select count(*) from pg_prepared_statements),
        'listening', (select count(*) from pg_listening_channels()), 'timeout', current_setting('statement_timeout'))
    $$`);
    await test.query(`create function public.grant_and_die(p_key text) returns jsonb language plpgsql as $$
      declare v_first boolean := nextval('public.calls') = 1;
      begin
        perform public.genbff_grant('doris', 5, p_key);
        if v_first then perform pg_terminate_backend(pg_backend_pid()); end if;
        return '"done"';
      end $$`);
    await test.query(`create function public.wait_and_grant(p_key text) returns jsonb language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(4711);
        return public.genbff_grant('kim', 1, p_key);
      end $$`);
  }, 60_000);
  afterAll(async () => {
    await pooler?.stop();
    expect(await test?.database.call("genbff_violations", {})).toEqual([]);
    await test?.close();
  });

  const keys = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);
  const available = async (wallet: string) => {
    const balance = await test.database.call("genbff_balance", { p_wallet_id: wallet });
    return (balance as { available: number }).available;
  };
  /** Connections that the pooler has to our database. The tests' own come from elsewhere, under no name. */
  const ofThePooler = () =>
    test.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and application_name = 'pooled'",
    );

  it("lets 200 callers at once through its 10 connections, each with the own answer", async () => {
    const clients = [1, 2, 3, 4].map(() =>
      postgres({ connectionString: url, max: 50, applicationName: "pooled", connectTimeoutMs: 30_000 }),
    );
    const seen = new Set<unknown>();
    const grant = async (key: string, index: number) => {
      const database = clients[index % clients.length] as (typeof clients)[number];
      const args = { p_wallet_id: `caller ${index % 20}`, p_amount: 1 + (index % 7), p_idempotency_key: key };
      const [granted, session] = await Promise.all([
        database.call("genbff_grant", args),
        database.call("session", {}),
      ]);
      seen.add((session as { backend: number }).backend);
      return [granted, await database.call("genbff_grant", args)];
    };
    const answers = await Promise.all(keys(200, "many").map(grant));
    for (const [first, again] of answers) expect(again).toEqual({ ...(first as object), replayed: true });
    expect(new Set(answers.map(([first]) => JSON.stringify(first))).size).toBe(200);
    expect(seen.size).toBeLessThanOrEqual(10);
    expect((await ofThePooler()).length).toBeLessThanOrEqual(10);
    const sums = await Promise.all(keys(20, "caller").map(available));
    expect(sums.reduce((sum, one) => sum + one, 0)).toBe(
      keys(200, "").reduce((sum, _, index) => sum + 1 + (index % 7), 0),
    );
    await Promise.all(clients.map((database) => database.close()));
  }, 60_000);

  it("is left no session: no prepared statement, no setting, nobody listening", async () => {
    const database = postgres({ connectionString: url, applicationName: "pooled" });
    const stop = await database.listen?.("wake", () => undefined);
    await Promise.all(keys(40, "state").map((key) => database.call("genbff_ready", {}).then(() => key)));
    const sessions = await Promise.all(keys(40, "look").map(() => database.call("session", {})));
    for (const session of sessions)
      expect(session).toMatchObject({ prepared: 0, listening: 0, timeout: "0" });
    await stop?.();
    await database.close();
  });

  it("is noticed: nobody listens through it, without an error, but by a way around it", async () => {
    const heard: string[] = [];
    const pooled = postgres({ connectionString: url, applicationName: "pooled" });
    const direct = postgres({ connectionString: url, listenUrl: test.url });
    const stop = await pooled.listen?.("wake", (payload) => heard.push(`pooled ${payload}`));
    await pooled.listen?.("other", () => undefined);
    await direct.listen?.("wake", (payload) => heard.push(`direct ${payload}`));
    await test.query("select pg_notify('wake', 'up')");
    await vi.waitFor(() => expect(heard).toEqual(["direct up"]), 10_000);
    await stop?.();
    await Promise.all([pooled.close(), direct.close()]);
  });

  it("is migrated through by several at once, and again after a connection was lost in the middle", async () => {
    const empty = await createTestDatabase({ empty: true });
    const folder = { name: "team", path: mkdtempSync(join(tmpdir(), "genbff-pooled-")) };
    await empty.query("create sequence public.runs");
    writeFileSync(
      join(folder.path, "0001_team.sql"),
      `create table public.team (id int);
       alter table public.team enable row level security;
       do $$ begin
         if nextval('public.runs') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
       end $$;
       create function public.team() returns jsonb language sql as $$ select '"there"'::jsonb $$;`,
    );
    const databases = [1, 2, 3].map(() => postgres(pooler.through(empty.url)));
    await Promise.all(databases.map((database) => database.migrate?.([folder])));
    expect(await databases[0]?.call("team", {})).toBe("there");
    expect(await empty.query("select last_value::int as runs from public.runs")).toEqual([{ runs: 2 }]);
    // Locks are seen across the server, where other tests hold theirs.
    const locks = await empty.query(`select from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`);
    expect(locks).toEqual([]);
    await Promise.all(databases.map((database) => database.close()));
    await empty.close();
    rmSync(folder.path, { recursive: true });
  }, 60_000);

  it("loses its connection to the server in the middle of a call, which is made again with its arguments", async () => {
    const database = postgres({ connectionString: url, applicationName: "pooled" });
    expect(await database.call("grant_and_die", { p_key: "one death" })).toBe("done");
    expect(await test.query("select last_value::int as calls from public.calls")).toEqual([{ calls: 2 }]);
    expect(await available("doris")).toBe(5);
    await database.close();
  });

  it("loses all connections to the server while nobody uses them", async () => {
    const database = postgres({ connectionString: url, applicationName: "pooled" });
    await Promise.all(keys(20, "idle").map(() => database.call("session", {})));
    const before = await ofThePooler();
    expect(before.length).toBeGreaterThan(0);
    await test.query("select pg_terminate_backend(pid) from unnest($1::int[]) pid", [
      before.map(({ pid }) => pid),
    ]);
    await Promise.all(keys(20, "idle").map(() => database.call("session", {})));
    await database.close();
  });

  it("is killed under calls and comes back: each is done once, or unavailable and may be made again", async () => {
    const database = postgres({ connectionString: url, applicationName: "pooled", max: 30 });
    const holding = await gate();
    const grants = keys(30, "killed");
    const grant = (p_key: string) => database.call("wait_and_grant", { p_key });
    const settled = Promise.allSettled(grants.map(grant));
    const waiting = () =>
      test.query(
        "select from pg_stat_activity where datname = current_database() and query like '%wait_and_grant%' and wait_event = 'advisory'",
      );
    await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(10);
    await pooler.kill();
    await holding.open();
    await pooler.restart();
    for (const one of await settled)
      if (one.status === "rejected")
        expect(isAppError(one.reason, "unavailable"), String(one.reason)).toBe(true);
    await Promise.all(grants.map(grant));
    expect(await available("kim")).toBe(30);
    await database.close();
  }, 60_000);

  /** Holds back whoever asks for a share of the lock, until it is opened. */
  async function gate() {
    const holder = new Client(test.url);
    await holder.connect();
    await holder.query("select pg_advisory_lock(4711)");
    return { open: () => holder.end() };
  }

  it.each<[string, Partial<URL>, Record<string, number>, RegExp]>([
    ["the password", { password: "wrong" }, {}, /password authentication failed/],
    ["the user", { username: "nobody-known" }, {}, /did not let the user "nobody-known" in/],
    ["the database", { pathname: "/none" }, {}, /has no database "none"/],
    [
      "a startup parameter",
      {},
      { statementTimeoutMs: 1_000 },
      /unsupported startup parameter.*Leave statementTimeoutMs out/,
    ],
  ])("says what is wrong with %s", async (_, change, options, message) => {
    const wrong = Object.assign(new URL(url), change);
    const database = postgres({ connectionString: wrong.href, ...options });
    const refused = database.call("genbff_ready", {});
    await expect(refused).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(message),
    });
    await database.close();
  });
});
