import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { type PostgresServer, startPostgres } from "../testing/embedded/postgres-server.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { postgres } from "./postgres.ts";

// The server goes away under open connections. A pool tells of that by events as well: one that nobody hears would end
// the process, and this test with it.

let server: PostgresServer;
let test: TestDatabase;
beforeAll(async () => {
  server = await startPostgres({ synchronous_commit: "on" });
  test = await createTestDatabase({ server: server.url });
}, 60_000);
afterEach(() => server.resume());
afterAll(async () => {
  await test.close();
  await server.stop();
});

const grant = (key: string) =>
  test.database.call("genbff_grant", { p_wallet_id: "ada", p_amount: 1, p_idempotency_key: key });
const balance = async () =>
  ((await test.database.call("genbff_balance", { p_wallet_id: "ada" })) as { available: number }).available;

it.each(["fast", "immediate"] as const)(
  "outlives a server that ends (%s) and comes back",
  async (how) => {
    const before = await Promise.all(Array.from({ length: 8 }, (_, index) => grant(`${how} ${index}`)));
    expect(before).toHaveLength(8);
    const had = await balance();
    // Some of these are under way when it ends: each is either done or refused as unavailable, and may be repeated.
    const under = Array.from({ length: 30 }, (_, index) => grant(`${how} under way ${index}`));
    const settled = Promise.allSettled(under);
    await server.halt(how);
    for (const one of await settled)
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "unavailable" });
    await expect(grant(`${how} while it is away`)).rejects.toSatisfy((error) =>
      isAppError(error, "unavailable"),
    );

    await server.resume();
    await Promise.all(under.map((_, index) => grant(`${how} under way ${index}`)));
    expect(await balance()).toBe(had + 30);
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
  },
  60_000,
);

it("can be asked to migrate while the server is away, and again when it is back", async () => {
  await server.halt("fast");
  const database = postgres(test.url);
  await expect(database.migrate?.([])).rejects.toSatisfy((error) => isAppError(error, "unavailable"));
  await server.resume();
  await database.migrate?.([]);
  await database.close();
}, 60_000);

it("is unavailable once it is closed: a server that stops may be asked by a connection that was kept open", async () => {
  const database = postgres(test.url);
  await database.call("genbff_ready", {});
  await database.close();
  await expect(database.call("genbff_ready", {})).rejects.toSatisfy((error) =>
    isAppError(error, "unavailable"),
  );
});
