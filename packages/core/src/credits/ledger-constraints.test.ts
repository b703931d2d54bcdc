import { afterAll, beforeAll, expect, it } from "vitest";
import { refusalOf } from "../testing/embedded/refusal-of.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createLedger } from "./ledger.ts";

// The second line: what the tables themselves refuse, so that a bug in a function still cannot break the ledger
// (`reliability-spec.md` 9.6). Each is tried as the owner, past every function.

const generation = "00000000-0000-4000-8000-000000000001";
let test: TestDatabase;
let open: string;
let captured: string;
beforeAll(async () => {
  test = await createTestDatabase();
  const ledger = createLedger(test.database);
  for (const walletId of ["a", "b"]) await ledger.grant({ walletId, amount: 100, idempotencyKey: "first" });
  const request = { walletId: "a", amount: 10, externalReference: "poster", expiresInMs: 600_000 };
  open = (await ledger.hold({ ...request, idempotencyKey: "open" })).id;
  captured = (await ledger.hold({ ...request, idempotencyKey: "captured" })).id;
  await ledger.capture(captured, 4);
  const purchase = { provider: "stripe", eventId: "e", purchaseId: "p", amount: 1 };
  await ledger.paymentEvent({ ...purchase, walletId: "a" });
});
afterAll(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const refused = (change: string) => refusalOf(test, change);

/** An entry of a hold, or else of the wallet's first lot. */
const entry = (wallet: string, values: string, hold?: string) =>
  `insert into genbff.transactions
     (wallet_id, seq, kind, amount, balance_after, idempotency_key, request, created_at, hold_id, grant_id)
   values ('${wallet}', ${values}, '{}', now(), ${
     hold === undefined
       ? `null, (select min(id) from genbff.grants where wallet_id = '${wallet}')`
       : `'${hold}', null`
   })`;
const holdOf = (columns: string, values: string) =>
  `insert into genbff.holds (wallet_id, amount, created_at, ${columns}) values ('a', 1, now(), ${values})`;

it("keeps every entry as it was written", async () => {
  for (const change of [
    "update genbff.transactions set amount = 1",
    "delete from genbff.transactions",
    "truncate genbff.transactions cascade",
  ])
    expect(await refused(change)).toBe("transactions is append-only");
});

it("keeps a wallet between nothing and what it may hold", async () => {
  const set = (what: string) => refused(`update public.user_credits set ${what} where user_id = 'a'`);
  expect(await set("balance = -1, held = -1")).toBe("user_credits_held_is_covered");
  expect(await set("balance = 9007199254740992")).toBe("user_credits_balance_is_possible");
  expect(await set("held = balance + 1")).toBe("user_credits_held_is_covered");
  expect(await set("held = -1")).toBe("user_credits_held_is_covered");
});

it("keeps a lot between nothing and what it was", async () => {
  const set = (what: string) => refused(`update genbff.grants set ${what} where wallet_id = 'a'`);
  expect(await set("remaining = amount + 1")).toBe("grants_remaining_is_possible");
  expect(await set("held = remaining + 1")).toBe("grants_held_is_covered");
  expect(await set("held = -1")).toBe("credits_check");
});

it("has one hold for a generation", async () => {
  const hold = (key: string) => holdOf("idempotency_key, generation_id", `'${key}', '${generation}'`);
  expect(await refused(`${hold("x")}; ${hold("y")}`)).toBe("holds_generation_once");
});

it("has no time-out for the hold of a generation", async () => {
  const change = holdOf("idempotency_key, generation_id, expires_at", `'x', '${generation}', now()`);
  expect(await refused(change)).toBe("holds_belong_to_something");
});

it("keeps a hold either open or settled", async () => {
  const set = (what: string) => refused(`update genbff.holds set ${what} where id = '${open}'`);
  expect(await set("state = 'captured'")).toBe("holds_settle_once");
  expect(await set("settled_at = now()")).toBe("holds_settle_once");
  expect(await set("state = 'captured', settled_at = now(), captured = amount + 1")).toBe(
    "holds_capture_within",
  );
});

it("knows a key once", async () => {
  expect(
    await refused(
      holdOf(
        "idempotency_key, external_reference, expires_at",
        "'open', 'another', now() + interval '1 hour'",
      ),
    ),
  ).toBe("holds_wallet_id_idempotency_key_key");
  expect(await refused(entry("a", "100, 'grant', 1, 1, 'first'"))).toBe("transactions_key_once");
});

it("numbers entries once", async () => {
  expect(await refused(entry("a", "1, 'grant', 1, 1, 'another'"))).toBe("transactions_wallet_id_seq_key");
});

it("gives each kind of entry its direction", async () => {
  for (const [kind, amount] of [
    ["grant", -1],
    ["refund", -1],
    ["capture", 1],
    ["expiry", 1],
    ["adjustment", 0],
  ] as const)
    expect(
      await refused(
        entry(
          "a",
          `100, '${kind}', ${amount}, 1, 'another'`,
          /capture|refund/.test(kind) ? captured : undefined,
        ),
      ),
      kind,
    ).toBe("transactions_direction");
});

it("captures a hold once", async () => {
  expect(await refused(entry("a", "100, 'capture', -1, 1, 'another'", captured))).toBe(
    "transactions_capture_once",
  );
});

it("refunds no lot beyond what it gave", async () => {
  const set = (what: string) => refused(`update genbff.hold_lots set ${what} where hold_id = '${captured}'`);
  expect(await set("refunded = captured + 1")).toBe("hold_lots_capture_within");
  expect(await set("captured = amount + 1")).toBe("hold_lots_capture_within");
});

it("lets nothing cross wallets", async () => {
  const lot = `insert into genbff.hold_lots (hold_id, wallet_id, grant_id, position, amount)
    select '${open}', 'a', id, 7, 1 from genbff.grants where wallet_id = 'b'`;
  expect(await refused(lot)).toBe("hold_lots_wallet_id_grant_id_fkey");
  expect(await refused(entry("b", "100, 'refund', 1, 1, 'another'", captured))).toBe(
    "transactions_hold_id_wallet_id_fkey",
  );
});

it("gives a purchase to one wallet", async () => {
  expect(await refused("insert into genbff.purchases values ('stripe', 'p', 'b')")).toBe("purchases_pkey");
});
