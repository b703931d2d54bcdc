import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { takeClock, type VirtualTime } from "../testing/generations/virtual-time.ts";
import { createLedger, type Ledger } from "./ledger.ts";

// Which lots are spent, in which order, until when: L12, L13 and R12 of the specification, under virtual time.

const hour = 3_600_000;
const walletId = "ada";

let test: TestDatabase;
let time: VirtualTime;
let ledger: Ledger;
beforeEach(async () => {
  test = await createTestDatabase();
  time = await takeClock(test);
  ledger = createLedger(test.database);
});
afterEach(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const grant = (source: string, amount: number, more: { priority?: number; expiresInMs?: number } = {}) =>
  ledger.grant({ walletId, amount, idempotencyKey: source, source, ...more });
const hold = async (amount: number) => {
  const request = { externalReference: "poster", expiresInMs: 1000 * hour, idempotencyKey: String(amount) };
  return (await ledger.hold({ walletId, amount, ...request })).id;
};
/** What is left of each lot, by its source. */
async function lots(): Promise<Record<string, number>> {
  const rows = await test.query<{ source: string; remaining: string }>(
    "select source, remaining from genbff.grants order by id",
  );
  return Object.fromEntries(rows.map(({ source, remaining }) => [source, Number(remaining)]));
}
/** Where a hold was taken from, in order. */
async function sourcesOf(id: string): Promise<string[]> {
  const rows = await test.query<{ source: string }>(
    `select g.source from genbff.hold_lots l join genbff.grants g on g.id = l.grant_id
      where l.hold_id = $1 order by l.position`,
    [id],
  );
  return rows.map(({ source }) => source);
}

it("burns by priority, then by the nearer end, then by age", async () => {
  await grant("lasting", 2);
  await grant("younger", 2);
  await grant("later", 2, { expiresInMs: 2 * hour });
  await grant("sooner", 2, { expiresInMs: hour });
  await grant("first", 2, { priority: 1 });
  const id = await hold(9);
  expect(await sourcesOf(id)).toEqual(["first", "sooner", "later", "lasting", "younger"]);
  await ledger.capture(id, 5);
  expect(await lots()).toEqual({ lasting: 2, younger: 2, later: 1, sooner: 0, first: 0 });
});

it("spends nothing of a lot that has ended, whether or not a sweep has run", async () => {
  await grant("lasting", 5);
  await grant("ended", 5, { expiresInMs: hour });
  await time.forward(2 * hour);
  expect(await ledger.balance(walletId)).toMatchObject({ available: 5, posted: 10 });
  await expect(hold(6)).rejects.toMatchObject({
    code: "insufficient_credits",
    details: { required: 6, available: 5 },
  });
  expect(await sourcesOf(await hold(5))).toEqual(["lasting"]);
  expect(await ledger.expireDue()).toMatchObject({ lots: 1 });
  expect(await lots()).toEqual({ lasting: 5, ended: 0 });
});

it("leaves what is held to its hold, also beyond the end of its lot", async () => {
  await grant("ended", 5, { expiresInMs: hour });
  const id = await hold(3);
  await time.forward(2 * hour);
  expect(await ledger.expireDue()).toMatchObject({ lots: 1 });
  expect(await ledger.balance(walletId)).toMatchObject({ available: 0, held: 3, posted: 3 });
  await ledger.capture(id, 2);
  expect(await ledger.balance(walletId)).toMatchObject({ available: 0, held: 0, posted: 0 });
});

it("refunds to the lots that it came from, the last consumed first", async () => {
  await grant("first", 5, { priority: 1 });
  await grant("second", 5);
  await grant("untouched", 5, { priority: 200 });
  const id = await hold(8);
  await ledger.capture(id, "full");
  expect(await lots()).toEqual({ first: 0, second: 2, untouched: 5 });
  await ledger.refund(id, { amount: 4, idempotencyKey: "r", reason: "late", actor: "grace" });
  expect(await lots()).toEqual({ first: 1, second: 5, untouched: 5 });
});

it("corrects downward no further than what is available", async () => {
  await grant("lasting", 10);
  await hold(8);
  const correction = { walletId, reason: "chargeback", actor: "grace" };
  await expect(ledger.adjust({ ...correction, amount: -5, idempotencyKey: "five" })).rejects.toMatchObject({
    code: "insufficient_credits",
    details: { required: 5, available: 2 },
  });
  await ledger.adjust({ ...correction, amount: -2, idempotencyKey: "two" });
  expect(await ledger.balance(walletId)).toMatchObject({ available: 0, held: 8, posted: 8 });
});
