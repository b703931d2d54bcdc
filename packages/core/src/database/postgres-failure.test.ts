import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { jwtAuth } from "../auth/jwt-auth.ts";
import { createBff } from "../create-bff.ts";
import { type AppError, isAppError } from "../errors/app-error.ts";
import { openLossyWire } from "../testing/deaths/lost-answers.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { watchLeaks } from "../testing/leaks/watch-leaks.ts";
import { postgres } from "./postgres.ts";
import { connectFailure } from "./postgres-failure.ts";

// What operators hear of a server that cannot be reached. Clients hear `unavailable`, and nothing of it.

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
}, 60_000);
afterAll(() => test?.close());

const password = "hunter2";

/** The URL of the test's database, changed, with a password that nobody may be told. */
function changed(change: Partial<URL>): string {
  return Object.assign(new URL(test.url), { password }, change).href;
}

async function failureOf(call: Promise<unknown> | undefined): Promise<AppError> {
  const reason: unknown = await call?.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAppError(reason, "unavailable")) throw new Error(`Not refused as unavailable: ${String(reason)}`);
  return reason;
}

describe.concurrent("a wrong connection string", () => {
  it.each<[string, Partial<URL>, RegExp]>([
    ["the port", { port: "1" }, /^Nobody listens at 127\.0\.0\.1:1: .*ECONNREFUSED/],
    [
      "the port of a host with two addresses",
      { hostname: "localhost", port: "1" },
      /^Nobody listens at localhost:1: /,
    ],
    ["the host", { hostname: "no-such-host.invalid" }, /^The host no-such-host\.invalid has no address: /],
    ["the database", { pathname: "/none" }, /has no database "none": .*\(3D000\)/],
    ["the user", { username: "eve" }, /did not let the user "eve" in: role "eve" does not exist \(28000\)/],
  ])(
    "says what is wrong with %s, at the start and later, and not the password",
    async (_, change, message) => {
      const database = postgres(changed(change));
      const failures = await Promise.all([
        failureOf(database.migrate?.([])),
        failureOf(database.call("genbff_ready", {})),
      ]);
      for (const failure of failures) {
        expect(failure.message).toMatch(message);
        expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(password);
      }
      await database.close();
    },
  );
});

it("says it at the start of a BFF and to the log, and to clients that a part does not answer", async () => {
  const database = postgres(changed({ pathname: "/none" }));
  const log: Error[] = [];
  const hear = ({ error }: Record<string, unknown>) => void log.push(error as Error);
  const secret = "a secret of thirty-two characters";
  const watch = watchLeaks({ secrets: [secret, password] });
  const bff = createBff({
    database,
    storage: memoryStore(),
    auth: jwtAuth({ secret }),
    providers: {},
    prices: {},
    secret,
    logger: watch.logger({ debug() {}, info() {}, warn: hear, error: hear }),
  });
  await expect(bff.start()).rejects.toThrow('has no database "none"');
  const answer = await watch.fetch(bff.fetch)(new Request("http://bff.test/api/ready"));
  expect(answer.status).toBe(503);
  const told = await answer.text();
  expect(JSON.parse(told)).toMatchObject({ error: "unavailable" });
  expect(told).not.toMatch(/none|Postgres|127\.0/);
  expect(log.map(({ message }) => message).join()).toContain('has no database "none"');
  await bff.stop(0);
  watch.end();
});

describe("a connection string", () => {
  it.each([
    ["https://project.example.com"],
    [`host=127.0.0.1 user=ada password=${password}`],
    [`postgres://ada:${password}@127.0.0.1:port/db`],
    [`postgres://ada:${password}@[::1/db`],
    [`postgres://ada:${password}#1@127.0.0.1:5432/db`],
  ])("that cannot be read is refused at once: %s", (connectionString) => {
    for (const open of [
      () => postgres(connectionString),
      () => postgres({ connectionString: test.url, listenUrl: connectionString }),
    ]) {
      expect(open).toThrow("The connection string cannot be read: it is postgres://user");
      try {
        open();
      } catch (error) {
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(password);
      }
    }
  });

  it("that is empty is told of where it leads nowhere", () => {
    const place = { host: "localhost", port: 5432, user: "root", database: "root", byDefault: true };
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    expect(connectFailure(refused, place, { max: 10, connectTimeoutMs: 5_000 }).message).toMatch(
      /^Nobody listens at localhost:5432: .*No connection string was given$/,
    );
  });
});

describe("a server that says nothing", () => {
  it("is told of when it lets nobody in", async () => {
    const mute = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const database = postgres({
      connectionString: changed({ port: String(port) }),
      connectTimeoutMs: 50,
    });
    const failures = await Promise.all([
      failureOf(database.call("genbff_ready", {})),
      failureOf(database.migrate?.([])),
    ]);
    for (const { message } of failures)
      expect(message).toContain(`127.0.0.1:${port} did not answer within 50 ms`);
    await database.listen?.("wake", () => undefined);
    await database.close();
    mute.close();
  });

  it("in the middle is given up, and the call made again with its arguments elsewhere", async () => {
    const wire = await openLossyWire(test.url);
    const database = postgres({ connectionString: wire.url, max: 1, callTimeoutMs: 500 });
    const grant = { p_wallet_id: "mia", p_amount: 3, p_idempotency_key: "one" };
    await database.call("genbff_ready", {});
    wire.mute();
    await database.call("genbff_grant", grant);
    expect(wire.opened()).toBe(2);
    expect(await database.call("genbff_balance", { p_wallet_id: "mia" })).toMatchObject({ available: 3 });
    await database.close();
    await wire.close();
  });

  it("at the end keeps no connection, which would keep the process", async () => {
    const wire = await openLossyWire(test.url);
    const database = postgres(wire.url);
    const heard: string[] = [];
    await database.listen?.("wake", (payload) => heard.push(payload));
    await Promise.all([1, 2, 3].map(() => database.call("genbff_ready", {})));
    expect(wire.opened()).toBe(4);
    wire.mute();
    await database.close();
    await vi.waitFor(() => expect(wire.held()).toBe(0), 10_000);
    await wire.close();
  });
});

describe("the pool", () => {
  it("says so where all its connections are in use for too long", async () => {
    await test.query(`create function public.hold() returns jsonb language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(815); return 'true'; end $$`);
    const holder = new Client(test.url);
    await holder.connect();
    await holder.query("select pg_advisory_lock(815)");
    const database = postgres({ connectionString: test.url, max: 2, connectTimeoutMs: 100 });
    const [, , failure] = await Promise.all([
      database.call("hold", {}),
      database.call("hold", {}),
      failureOf(database.call("genbff_ready", {})).finally(() => holder.end()),
    ]);
    expect(failure.message).toMatch(/^All 2 connections .* were in use for 100 ms: raise max/);
    await database.close();
  });

  it("waits at its end for calls that are under way, and takes no new ones; a second end changes nothing", async () => {
    const database = postgres(test.url);
    const under = [1, 2, 3].map((n) =>
      database.call("genbff_grant", { p_wallet_id: "pam", p_amount: n, p_idempotency_key: `${n}` }),
    );
    const [done] = await Promise.all([Promise.all(under), database.close(), database.close()]);
    expect(done).toHaveLength(3);
    await database.close();
    const refused = await failureOf(database.call("genbff_ready", {}));
    expect(refused.cause).toMatchObject({ message: "The database was closed" });
  });

  it("opens no more connections than it may", async () => {
    const database = postgres({ connectionString: test.url, max: 3, applicationName: "three" });
    await Promise.all(Array.from({ length: 60 }, () => database.call("genbff_ready", {})));
    expect(
      await test.query(
        "select from pg_stat_activity where datname = current_database() and application_name = 'three'",
      ),
    ).toHaveLength(3);
    await database.close();
  });
});
