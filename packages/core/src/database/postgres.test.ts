import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { databaseSuite } from "../testing/database-suite.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { postgres } from "./postgres.ts";
import { sqlStateOf } from "./sql-error.ts";

let test: TestDatabase;

databaseSuite("postgres", async (suiteFunctions) => {
  const made = await createTestDatabase({ empty: true });
  await made.database.migrate?.([suiteFunctions]);
  return { ...made.database, close: made.close };
});

describe("postgres, where it has more than one connection", () => {
  beforeAll(async () => {
    test = await createTestDatabase();
    await test.query(`create sequence public.calls`);
    await test.query(`create function public.die_once() returns jsonb language plpgsql as $$
      begin
        if nextval('public.calls') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return '"alive"';
      end $$`);
    await test.query(`create function public.backend() returns jsonb language plpgsql as $$
      begin return to_jsonb(pg_backend_pid()); end $$`);
    await test.query(`create function public.refuse() returns jsonb language plpgsql as $$
      begin raise exception using errcode = 'PT404', message = 'not_found'; end $$`);
    await test.query(`create function public.sleep(p_seconds float) returns jsonb language plpgsql as $$
      begin perform pg_sleep(p_seconds); return 'true'; end $$`);
  }, 30_000);
  afterAll(() => test.close());

  const killOthers = () =>
    test.query(`select pg_terminate_backend(pid) from pg_stat_activity
                 where application_name = 'genbff' and datname = current_database()`);

  it("repeats a call whose connection was lost", async () => {
    expect(await test.database.call("die_once", {})).toBe("alive");
  });

  it("survives that the server closes its idle connections", async () => {
    await Promise.all([1, 2, 3].map(() => test.database.call("sleep", { p_seconds: 0.05 })));
    await killOthers();
    await sleep(50);
    expect(await test.database.call("backend", {})).toBeTypeOf("number");
  });

  it("keeps the connection after a refusal", async () => {
    const database = postgres({ connectionString: test.url, max: 1 });
    const before = await database.call("backend", {});
    await expect(database.call("refuse", {})).rejects.toSatisfy((error) => isAppError(error, "not_found"));
    expect(await database.call("backend", {})).toBe(before);
    await database.close();
  });

  it("listens again after its connection was lost", async () => {
    const heard: string[] = [];
    await test.database.listen?.("wake", (payload) => heard.push(payload));
    await killOthers();
    await vi.waitFor(
      async () => {
        await test.query("select pg_notify('wake', 'again')");
        expect(heard).toContain("again");
      },
      { timeout: 5_000, interval: 50 },
    );
  });

  it("leaves nothing running at the server beyond the time for a statement, a function's own included", async () => {
    await test.query(`create function public.sleep_longer() returns jsonb language plpgsql set statement_timeout = '1h' as $$
      begin perform pg_sleep(600); return 'true'; end $$`);
    const database = postgres({ connectionString: test.url, statementTimeoutMs: 100 });
    await expect(database.call("sleep_longer", {})).rejects.toSatisfy(
      (error) => isAppError(error, "unavailable") && sqlStateOf(error) === "57014",
    );
    expect(
      await test.query(
        "select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and query like '%sleep_longer%'",
      ),
    ).toEqual([]);
    expect(await database.call("backend", {})).toBeTypeOf("number");
    await database.close();
  });

  it("is unavailable when the answer takes too long", async () => {
    const database = postgres({ connectionString: test.url, callTimeoutMs: 100 });
    await expect(database.call("sleep", { p_seconds: 5 })).rejects.toSatisfy((e) =>
      isAppError(e, "unavailable"),
    );
    await database.close();
  });
});

it("is unavailable where no server answers", async () => {
  const nowhere = ["127.0.0.1:1", "localhost:1", "no-such-host.invalid"];
  const failures = nowhere.map(async (host) => {
    const database = postgres(`postgres://nobody@${host}/none`);
    await database.listen?.("wake", () => undefined);
    const attempts = [database.call("genbff_violations", {}), database.migrate?.([])];
    const reasons = (await Promise.allSettled(attempts)).map(
      (outcome) => "reason" in outcome && outcome.reason,
    );
    await database.close();
    return reasons.every((reason) => isAppError(reason, "unavailable"));
  });
  expect(await Promise.all(failures)).toEqual([true, true, true]);
});

it("migrates nothing where that is done at deployment", async () => {
  const empty = await createTestDatabase({ empty: true });
  await postgres({ connectionString: empty.url, migrate: false }).migrate?.([]);
  expect(await empty.query("select to_regnamespace('genbff') as schema")).toEqual([{ schema: null }]);
  await empty.close();
});
