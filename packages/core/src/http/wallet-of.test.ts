import { afterAll, beforeAll, expect, it } from "vitest";
import type { WalletOf } from "../credits/wallet-of.ts";
import { AppError } from "../errors/app-error.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { ask } from "../testing/host-request.ts";
import { pictures } from "../testing/host-suite-generations.ts";
import { createTestBff, type TestBff, testPrices } from "../testing/test-bff.ts";

// Who pays is the team's own code: what it throws and what it gives, asked over HTTP.

let database: TestDatabase;
let test: TestBff;
let walletOf: WalletOf;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestBff(database.database, { credits: { walletOf: (userId) => walletOf(userId) } });
});
afterAll(async () => {
  await test.stop();
  expect(await database.database.call("genbff_violations", {})).toEqual([]);
  await database.close();
});
const host = () => ({ baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined });
const canary = "postgres://teams:canary@10.0.0.7";

it("is who pays, for each of those who share it", async () => {
  walletOf = async () => "team-1";
  for (const as of ["ada", "bob"]) {
    const started = await ask(
      host(),
      pictures({ task_id: `of-${as}` }, { as, headers: { prefer: "wait=20" } }),
    );
    expect(started).toMatchObject({ status: 200, body: { status: "complete" } });
  }
  const { body } = await ask(host(), { path: "/credits/balance", as: "lin" });
  expect(body).toMatchObject({ posted: testPrices.signUp - 2 * testPrices.picture });
});

it.each<[string, WalletOf, number, string]>([
  ["throws", () => Promise.reject(new Error(`connect ECONNREFUSED ${canary}`)), 503, "unavailable"],
  [
    "throws at once",
    () => {
      throw canary;
    },
    503,
    "unavailable",
  ],
  ["throws a code of something else", () => Promise.reject(new AppError("not_found")), 503, "unavailable"],
  ["gives nothing", () => undefined as never, 503, "unavailable"],
  ["gives an empty name", () => "", 503, "unavailable"],
  ["gives a name that cannot be stored", async () => "a\u0000", 503, "unavailable"],
])("that %s refuses with 503, and the log alone says why", async (_, broken, status, code) => {
  walletOf = broken;
  test.troubles.length = 0;
  for (const request of [{ path: "/credits/balance" }, pictures({ task_id: "never" })]) {
    const { status: given, body, headers } = await ask(host(), request);
    expect([given, body.error]).toEqual([status, code]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(JSON.stringify(body)).not.toContain("canary");
  }
  expect(test.troubles.filter(({ message }) => message.startsWith("credits.walletOf failed"))).toHaveLength(
    2,
  );
  expect(await database.query("select from genbff.tasks where task_id = 'never'")).toEqual([]);
});

it("may say itself that somebody is not served, or not now", async () => {
  test.troubles.length = 0;
  walletOf = () => Promise.reject(new AppError("forbidden"));
  const path = "/credits/balance";
  expect(await ask(host(), { path })).toMatchObject({ status: 403, body: { error: "forbidden" } });
  expect(test.troubles).toEqual([]);
  walletOf = () => Promise.reject(new AppError("unavailable", { details: { retry_after_s: 7 } }));
  const later = await ask(host(), { path });
  expect([later.status, later.headers.get("retry-after")]).toEqual([503, "7"]);
});
