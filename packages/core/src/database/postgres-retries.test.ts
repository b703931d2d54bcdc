import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { postgres } from "./postgres.ts";
import { sqlStateOf } from "./sql-error.ts";

// Every SQLSTATE that is repeated, raised by the server itself: nothing here writes one into a function.

let test: TestDatabase;
let other: Client;
let gate: Client;
beforeAll(async () => {
  test = await createTestDatabase();
  other = new Client(test.url);
  gate = new Client(test.url);
  await Promise.all([other.connect(), gate.connect()]);
  await test.query("create sequence public.calls");
  await test.query("create table public.pair (name text primary key, amount int not null)");
  await test.query("alter table public.pair enable row level security");
  await test.query("insert into public.pair values ('a', 0), ('b', 0)");
  // Changes one row, waits until the gate is open, changes the other: each try counts itself.
  await test.query(`create function public.change_both(p_key text) returns jsonb language plpgsql
    set lock_timeout = '20s' set deadlock_timeout = '10ms' as $$
    begin
      perform nextval('public.calls');
      update public.pair set amount = amount + 1 where name = 'a';
      perform pg_advisory_xact_lock_shared(1);
      update public.pair set amount = amount + 1 where name = 'b';
      return to_jsonb(p_key);
    end $$`);
  await test.query(`create function public.change_soon() returns jsonb language plpgsql set lock_timeout = '1s' as $$
    begin
      perform nextval('public.calls');
      update public.pair set amount = amount + 1;
      return 'true';
    end $$`);
  await test.query(`create function public.backend() returns jsonb language sql as $$
    select to_jsonb(pg_backend_pid()) $$`);
}, 60_000);
afterAll(async () => {
  await Promise.all([other?.end(), gate?.end()]);
  await test?.close();
});
beforeEach(async () => {
  await test.query("alter sequence public.calls restart");
  await test.query("update public.pair set amount = 0");
});
afterEach(async () => {
  await other.query("rollback");
  await gate.query("select pg_advisory_unlock_all()");
});

const tries = async () => {
  const [row] = await test.query<{ tries: number }>(
    "select case when is_called then last_value::int else 0 end as tries from public.calls",
  );
  return row?.tries;
};
const amounts = () => test.query("select name, amount from public.pair order by name");
const both = (amount: number) => [
  { name: "a", amount },
  { name: "b", amount },
];
const waiting = (locktype: string) => async () =>
  (
    await test.query(
      `select from pg_locks where not granted and locktype = $1
        and database in (0, (select oid from pg_database where datname = current_database()))`,
      [locktype],
    )
  ).length;
const patience = { timeout: 20_000 };

it("makes a call again that was the victim of a deadlock (40P01)", async () => {
  await gate.query("select pg_advisory_lock(1)");
  await other.query("begin");
  await other.query("set local deadlock_timeout = '1h'");
  await other.query("update public.pair set amount = amount where name = 'b'");
  const [{ pid } = { pid: 0 }] = (await other.query<{ pid: number }>("select pg_backend_pid() as pid")).rows;
  const blocked = () => test.query("select from unnest(pg_blocking_pids($1))", [pid]);
  await Promise.all([
    test.database.call("change_both", { p_key: "deadlock" }),
    expect
      .poll(waiting("advisory"), patience)
      .toBe(1)
      .then(() =>
        Promise.all([
          other
            .query("update public.pair set amount = amount where name = 'a'")
            .then(() => other.query("commit")),
          expect
            .poll(blocked, patience)
            .toHaveLength(1)
            .then(() => gate.query("select pg_advisory_unlock(1)")),
        ]),
      ),
  ]);
  expect(await tries()).toBe(2);
  expect(await amounts()).toEqual(both(1));
});

it("makes a call again that could not be serialized (40001)", async () => {
  const strict = postgres(`${test.url}?options=-c%20default_transaction_isolation%3Dserializable`);
  await gate.query("select pg_advisory_lock(1)");
  await Promise.all([
    strict.call("change_both", { p_key: "serialize" }),
    expect
      .poll(waiting("advisory"), patience)
      .toBe(1)
      .then(() => other.query("update public.pair set amount = 10 where name = 'b'"))
      .then(() => gate.query("select pg_advisory_unlock(1)")),
  ]);
  expect(await tries()).toBe(2);
  expect(await amounts()).toEqual([
    { name: "a", amount: 1 },
    { name: "b", amount: 11 },
  ]);
  await strict.close();
});

it("makes a call again that waited too long for a lock (55P03)", async () => {
  await other.query("begin");
  await other.query("update public.pair set amount = amount");
  await Promise.all([
    test.database.call("change_soon", {}),
    expect
      .poll(tries, patience)
      .toBeGreaterThanOrEqual(2)
      .then(() => other.query("rollback")),
  ]);
  expect(await amounts()).toEqual(both(1));
});

it("makes a call again elsewhere whose server has become a standby (25006)", async () => {
  const database = postgres({ connectionString: test.url, max: 1 });
  const [{ name } = { name: "" }] = (await other.query<{ name: string }>("select current_database() as name"))
    .rows;
  await other.query(`alter database ${name} set default_transaction_read_only = on`);
  const before = await database.call("backend", {});
  await other.query(`alter database ${name} reset default_transaction_read_only`);
  expect(await database.call("change_both", { p_key: "standby" })).toBe("standby");
  expect(await database.call("backend", {})).not.toBe(before);
  expect(await amounts()).toEqual(both(1));
  await database.close();
});

it("is told of a server that takes no more connections, and goes on when it does (53300)", async () => {
  await test.query("drop role if exists genbff_single");
  await test.query("create role genbff_single login connection limit 1");
  await test.query("grant execute on function public.backend() to genbff_single");
  const url = new URL(test.url);
  url.username = "genbff_single";
  const single = new Client(url.href);
  await single.connect();
  const database = postgres(url.href);
  const refused = await database.call("backend", {}).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("takes no more connections"),
  });
  expect(sqlStateOf(refused)).toBe("53300");
  await single.end();
  await expect.poll(() => database.call("backend", {}).catch(() => undefined), patience).toBeTypeOf("number");
  await database.close();
  await test.query("drop owned by genbff_single");
  await test.query("drop role genbff_single");
});
