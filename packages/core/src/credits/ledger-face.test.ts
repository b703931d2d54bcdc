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
