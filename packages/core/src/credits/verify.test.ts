import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";
import { createLedger } from "./ledger.ts";

// What `genbff_verify()` is for: damage that no constraint and no trigger has stopped. Each check is shown the damage
// that it is there for, in a database without any of them.

let test: TestDatabase;
let client: Client;
beforeAll(async () => {
  test = await createTestDatabase();
  await tellStory(openBook(test));
  expect(await test.query("select * from public.genbff_verify()")).toEqual([]);
  client = new Client(test.url);
  await client.connect();
  await client.query(withoutConstraints);
  await client.query("set session_replication_role = replica"); // no triggers
}, 60_000);
afterAll(async () => {
  await client?.end();
  await test?.close();
});

/** A wallet of everything, and generations that wait, were delivered and failed. */
async function tellStory(book: Book): Promise<void> {
  const ledger = createLedger(test.database);
  const walletId = "ada";
  await ledger.grant({ walletId, amount: 50, idempotencyKey: "lasts" });
  await ledger.paymentEvent({ provider: "stripe", eventId: "e", purchaseId: "p", walletId, amount: 20 });
  await ledger.grant({ walletId: "grace", amount: 5, idempotencyKey: "lasts" });
  const hold = { walletId, amount: 4, externalReference: "poster", expiresInMs: 3_600_000 };
  const paid = await ledger.hold({ ...hold, idempotencyKey: "paid" });
  await ledger.capture(paid.id, 3);
  await ledger.refund(paid.id, { amount: 1, idempotencyKey: "back" });
  await ledger.hold({ ...hold, idempotencyKey: "open" });
  await ledger.grant({ walletId, amount: 5, idempotencyKey: "ends", expiresInMs: 1 });
  while ((await ledger.expireDue()).lots === 0);
  await book.start({ user: walletId, price: 2 });
  await book.finish((await book.claim()) as Claimed);
  await book.start({ user: walletId, price: 2 });
  await book.fail((await book.claim()) as Claimed);
  await book.start({ user: walletId, price: 2 });
}

const withoutConstraints = `
do $$
declare v record;
begin
  for v in select conrelid::regclass as of, conname from pg_constraint
            where contype in ('c', 'f', 'u') and conrelid <> 0 and connamespace in ('genbff'::regnamespace, 'public'::regnamespace) order by contype = 'u' loop
    execute format('alter table %s drop constraint %I cascade', v.of, v.conname);
  end loop;
  for v in select contypid::regtype as of, conname from pg_constraint where contypid <> 0 and connamespace = 'genbff'::regnamespace loop
    execute format('alter domain %s drop constraint %I', v.of, v.conname);
  end loop;
  for v in select indexrelid::regclass as name from pg_index i join pg_class c on c.oid = i.indrelid
            where i.indisunique and not i.indisprimary and c.relnamespace in ('genbff'::regnamespace, 'public'::regnamespace) loop
    execute format('drop index %s', v.name);
  end loop;
end $$`;

/** Check → damage. Several of one name are told apart by what follows the colon. */
const damages: Record<string, string> = {
  "L1 balance is the sum of entries": "update public.user_credits set balance = balance + 1",
  "L2 held is the sum of open holds": "update public.user_credits set held = held + 1",
  "L3 available is not negative": "update public.user_credits set held = balance + 1",
  "L4 entries are numbered 1..n": "update public.user_credits set seq = seq + 1",
  "L4 entries are numbered 1..n: a gap": "update genbff.transactions set seq = seq + 1",
  "L4 balance_after runs": "update genbff.transactions set balance_after = balance_after + 1 where seq = 2",
  "L8 a capture is its entry": "update genbff.holds set captured = captured + 1 where state = 'captured'",
  "L8 a capture is its entry: twice":
    "update genbff.transactions set hold_id = (select id from genbff.holds where idempotency_key = 'open'), kind = 'capture' where kind = 'expiry'",
  "L8 a hold is its lots": "delete from genbff.hold_lots",
  "L8 a hold is settled as its state says": "update genbff.holds set settled_at = now() where state = 'open'",
  "L8 a hold is settled as its state says: without a figure":
    "update genbff.holds set captured = null where state = 'captured'",
  "L8 a hold is settled as its state says: more than it was":
    "update genbff.holds set amount = 0 where state = 'captured'",
  "L11 balance is the remainder of lots": "update genbff.grants set remaining = remaining + 1",
  "L11 a lot explains what it lost": "update genbff.grants set amount = amount + 1",
  "L11 a lot holds what its holds say": "update genbff.grants set held = held + 1",
  "L11 a lot is within its amount": "update genbff.grants set remaining = amount + 1",
  "L11 a lot is within its amount: held": "update genbff.grants set held = remaining + 1",
  "L13 a lot ends when it ends": "update genbff.grants set expires_at = now() + interval '1 day'",
  "L13 a lot ends when it ends: and not again":
    "update genbff.grants set remaining = 1 where expires_at is not null",
  "L14 refunds are within the capture": "update genbff.transactions set amount = 4 where kind = 'refund'",
  "L14 refunds are within the capture: by lot": "update genbff.hold_lots set refunded = 0",
  "L15 the charge is the capture": "update genbff.generations set charged = 1 where status = 'complete'",
  "L15 the charge is the capture: of what failed":
    "update genbff.generations set charged = 1 where status = 'failed'",
  "L15 the hold is the price": "update genbff.generations set price_credits = 3",
  "L15 a generation has one hold":
    "update genbff.holds set generation_id = (select id from genbff.generations limit 1)",
  "L16 open hold and ended generation":
    "update genbff.generations set completed_at = now() where status = 'pending'",
  "L16 open hold and ended generation: the other way round":
    "update genbff.holds set state = 'released' where generation_id is not null",
  "L16 open hold of nothing": "delete from genbff.generations where status = 'pending'",
  "L16 open hold of nothing: without an end":
    "update genbff.holds set expires_at = null where generation_id is null",
  "L19 hold and generation share the wallet": "update genbff.generations set wallet_id = 'grace'",
  "L19 references stay in their wallet: what a hold took": "update genbff.hold_lots set wallet_id = 'grace'",
  "L19 references stay in their wallet: the lot of an entry":
    "update genbff.transactions set wallet_id = 'grace' where kind = 'grant'",
  "L19 references stay in their wallet: the hold of an entry":
    "update genbff.transactions set wallet_id = 'grace' where kind = 'capture'",
  "L19 references stay in their wallet: a payment": "update genbff.payment_events set wallet_id = 'grace'",
  "L20 all movements are all balances": "delete from genbff.transactions where seq = 1",
  "L20 a movement goes the way of its kind":
    "update genbff.transactions set amount = -amount where kind = 'capture'",
  "S13 events follow versions": "delete from genbff.events where version = 1",
  "S14 outputs are visible only when complete": "update public.assets set status = 'complete'",
  "turns count who waits": "update genbff.turns set waiting = waiting + 1",
};
const checkOf = (damage: string) => damage.split(":")[0] ?? "";

it.each(Object.entries(damages))("finds: %s", async (damage, sql) => {
  await client.query("begin");
  try {
    const { rowCount } = await client.query(sql);
    expect(rowCount).toBeGreaterThan(0);
    const { rows } = await client.query<{ invariant: string }>(
      "select invariant from public.genbff_verify()",
    );
    expect(rows.map(({ invariant }) => invariant)).toContain(checkOf(damage));
  } finally {
    await client.query("rollback");
  }
});

it("has no check that was never seen to find anything", async () => {
  const [{ text = "" } = {}] = await test.query<{ text: string }>(
    "select prosrc as text from pg_proc where proname = 'genbff_verify'",
  );
  const checks = [...text.matchAll(/^\s*select '([^']+)',/gm)].map(([, name]) => name ?? "");
  expect(checks.length).toBeGreaterThan(20);
  expect([...new Set(checks)].sort()).toEqual([...new Set(Object.keys(damages).map(checkOf))].sort());
});
