import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createLedger, type Ledger } from "./ledger.ts";

let test: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  test = await createTestDatabase();
  ledger = createLedger(test.database);
});
afterAll(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

it("tells the whole life of credits in typed calls", async () => {
  const walletId = randomUUID();
  const before = new Date();
  const grant = await ledger.grant({ walletId, amount: 10, idempotencyKey: "a", source: "promotion" });
  expect(grant).toMatchObject({ amount: 10, balanceAfter: 10 });
  const request = {
    walletId,
    amount: 6,
    idempotencyKey: "h",
    externalReference: "poster",
    expiresInMs: 60_000,
  };
  const hold = await ledger.hold(request);
  expect(hold).toMatchObject({
    walletId,
    amount: 6,
    state: "open",
    captured: null,
    externalReference: "poster",
  });
  expect(await ledger.balanceAt(walletId, new Date(Date.now() + 1000))).toEqual({ posted: 10, held: 6 });
  expect(await ledger.balanceAt(walletId, new Date(before.getTime() - 1000))).toEqual({ posted: 0, held: 0 });
  expect(await ledger.capture(hold.id, "full")).toMatchObject({ state: "captured", captured: 6 });
  const refund = { amount: 2, idempotencyKey: "r", reason: "late", actor: "grace" };
  expect(await ledger.refund(hold.id, refund)).toMatchObject({ seq: 3, amount: 2, balanceAfter: 6 });
  await expect(ledger.refund(hold.id, { ...refund, idempotencyKey: "s", amount: 5 })).rejects.toMatchObject({
    code: "refund_exceeds_capture",
    details: { refundable: 4 },
  });
  const correction = { walletId, amount: -1, idempotencyKey: "c", reason: "twice", actor: "grace" };
  expect(await ledger.adjust(correction)).toMatchObject({ amount: -1 });
  const other = await ledger.hold({ ...request, amount: 1, idempotencyKey: "i" });
  expect(await ledger.release(other.id)).toMatchObject({ state: "released" });
  expect(await ledger.balance(walletId)).toEqual({
    available: 5,
    held: 0,
    posted: 5,
    lifetimeGranted: 10,
    lifetimeSpent: 4,
    subscriptionTier: "free",
  });
  expect(await ledger.expireDue()).toEqual({ holds: 0, lots: 0 });
});

it("grants a purchase once and an allowance by tier", async () => {
  const walletId = randomUUID();
  const event = {
    provider: "stripe",
    eventId: randomUUID(),
    purchaseId: randomUUID(),
    walletId,
    amount: 100,
  };
  const first = await ledger.paymentEvent(event);
  expect(await ledger.paymentEvent({ ...event, eventId: randomUUID() })).toEqual(first);
  await ledger.setAllowance("pro", "day", 7);
  await ledger.setTier(walletId, "pro");
  await test.database.call("genbff_welcome", { p_wallet_id: walletId, p_amount: 0 });
  expect(await ledger.balance(walletId)).toMatchObject({ available: 107, subscriptionTier: "pro" });
});

it("turns the pages of a history: everything once, newest first, whatever comes meanwhile", async () => {
  const walletId = randomUUID();
  for (let i = 1; i <= 4; i++)
    await ledger.grant({ walletId, amount: i, idempotencyKey: `g${i}`, reason: `${i}` });
  const request = { walletId, amount: 3, externalReference: "poster", expiresInMs: 60_000 };
  const hold = await ledger.hold({ ...request, idempotencyKey: "h" });
  await ledger.capture(hold.id, 2);
  const whole = await ledger.history(walletId);
  expect(whole.nextCursor).toBeNull();
  expect(whole.movements.map(({ kind, amount, balanceAfter }) => [kind, amount, balanceAfter])).toEqual([
    ["release", 1, null],
    ["capture", 2, 8],
    ["hold", 3, null],
    ["grant", 4, 10],
    ["grant", 3, 6],
    ["grant", 2, 3],
    ["grant", 1, 1],
  ]);
  expect(whole.movements.at(-1)).toMatchObject({
    reason: "1",
    generationId: null,
    taskId: null,
    operation: null,
  });
  expect(whole.movements[0]?.createdAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
  for (const limit of [1, 2, 3, 7]) {
    const turned = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.history(walletId, { limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.movements.length).toBeLessThanOrEqual(limit);
      turned.push(...page.movements);
      cursor = page.nextCursor ?? undefined;
      await ledger.grant({ walletId, amount: 1, idempotencyKey: randomUUID() });
    } while (cursor !== undefined);
    const added = turned.length - whole.movements.length;
    expect(turned.slice(added)).toEqual(whole.movements);
    expect(turned.slice(0, added).every(({ kind }) => kind === "grant")).toBe(true);
  }
  expect(await ledger.history("nobody")).toEqual({ movements: [], nextCursor: null });
});

it.each([
  { limit: 0 },
  { limit: 1.5 },
  { limit: 1001 },
  { cursor: "" },
  { cursor: "no cursor" },
  { cursor: btoa("yesterday 7") },
  { cursor: btoa("2026-13-40T00:00:00Z 7") },
  { cursor: btoa("2026-01-01T00:00:00Z 7; drop") },
])("refuses to turn to %j", async (options) => {
  await expect(ledger.history("ada", options)).rejects.toMatchObject({ code: "validation_failed" });
});

it("says what is broken in the books, and nothing where nothing is", async () => {
  const walletId = randomUUID();
  await ledger.grant({ walletId, amount: 5, idempotencyKey: "a" });
  expect(await ledger.verify()).toEqual([]);
  await test.query("update public.user_credits set balance = 6 where user_id = $1", [walletId]);
  expect(await ledger.verify()).toContainEqual({
    invariant: "L1 balance is the sum of entries",
    walletId,
    detail: { balance: 6, entries: 5 },
  });
  await test.query("update public.user_credits set balance = 5 where user_id = $1", [walletId]);
});

it("keeps the keys that are the ledger's own for itself", async () => {
  for (const idempotencyKey of ["sign_up", "allowance:day:2026-01-01", "purchase:stripe:1", "", "a\nb"])
    await expect(ledger.grant({ walletId: "x", amount: 1, idempotencyKey })).rejects.toMatchObject({
      code: "invalid_idempotency_key",
    });
});

it("ends a period in UTC, whatever the session's time zone", async () => {
  await test.query(
    "alter role current_user in database " +
      `${new URL(test.url).pathname.slice(1)} set timezone = 'America/New_York'`,
  );
  await ledger.setAllowance("zoned", "month", 3);
  await ledger.setTier("zoned", "zoned");
  const fresh = await import("../database/postgres.ts").then(({ postgres }) => postgres(test.url));
  await fresh.call("genbff_welcome", { p_wallet_id: "zoned", p_amount: 0 });
  await fresh.close();
  const [lot] = await test.query<{ at: string }>(
    "select to_char(expires_at at time zone 'UTC', 'DD HH24:MI:SS.US') as at from genbff.grants where wallet_id = 'zoned'",
  );
  expect(lot?.at).toBe("01 00:00:00.000000");
});
