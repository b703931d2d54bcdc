import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { postgres } from "../database/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, openBook } from "../testing/generations/book.ts";
import { takeClock } from "../testing/generations/virtual-time.ts";
import { tally, times } from "../testing/ledger/clients.ts";

// Rules of `reliability-spec.md` 1 that neither the model nor a race would notice.

let test: TestDatabase;
let book: Book;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  book = openBook(test);
});
afterEach(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

it("R6, R7: has no function that is overloaded, or that is silent about a null", async () => {
  const functions = await test.query<{ name: string; strict: boolean }>(
    `select proname as name, proisstrict as strict from pg_proc
      where pronamespace = 'public'::regnamespace and proname like 'genbff\\_%'`,
  );
  expect(functions.length).toBeGreaterThan(40);
  expect(functions.filter(({ strict }) => strict)).toEqual([]);
  expect(new Set(functions.map(({ name }) => name)).size).toBe(functions.length);
});

it("9.7: has no function that may wait for a lock, or last, for ever", async () => {
  const functions = await test.query<{ name: string; settings: string[] | null }>(
    `select proname as name, proconfig as settings from pg_proc
      where pronamespace = 'public'::regnamespace and proname like 'genbff\\_%'`,
  );
  expect(functions.length).toBeGreaterThan(40);
  const limits = (settings: readonly string[] | null) =>
    (settings ?? []).filter((each) => /^(lock|statement)_timeout=[1-9]/.test(each));
  expect(functions.filter(({ settings }) => limits(settings).length !== 2)).toEqual([]);
});

it("L17: leaves a generation's hold alone, however late it is and whoever sweeps", async () => {
  const day = 86_400_000;
  const time = await takeClock(test);
  const { id, user } = await book.start({ deadlineMs: 30 * day, price: 5 });
  const external = await book.call("hold", {
    p_wallet_id: user,
    p_amount: 3,
    p_idempotency_key: "h",
    p_external_reference: "poster",
    p_expires_in_ms: day,
  });
  await time.forward(20 * day);
  expect(await book.call("expire_due", { p_count: 1000 })).toEqual({ holds: 1, lots: 0 });
  const states = await test.query<{ id: string; state: string }>(
    "select coalesce(generation_id, id) as id, state from genbff.holds",
  );
  expect(Object.fromEntries(states.map((hold) => [hold.id, hold.state]))).toEqual({
    [id]: "open",
    [external.id as string]: "expired",
  });
  await expect(
    test.query("update genbff.holds set expires_at = now() where generation_id = $1", [id]),
  ).rejects.toThrow("holds_belong_to_something");
});

it("L15: gives a generation one hold, and one capture to a hold", async () => {
  const { id } = await book.start({ price: 5 });
  const second = `insert into genbff.holds (wallet_id, idempotency_key, amount, generation_id, created_at)
    select wallet_id, 'second', amount, generation_id, created_at from genbff.holds where generation_id = '${id}'`;
  await expect(test.query(second)).rejects.toThrow("holds_generation_once");
  const claimed = await book.claim();
  if (claimed === undefined) throw new Error("nobody is in turn");
  await book.finish(claimed);
  const capture = `insert into genbff.transactions (wallet_id, seq, kind, amount, balance_after, idempotency_key, request, hold_id, created_at)
    select wallet_id, seq + 1, kind, amount, balance_after, 'second', request, hold_id, created_at from genbff.transactions where kind = 'capture'`;
  await expect(test.query(capture)).rejects.toThrow("transactions_capture_once");
});

describe.each(["repeatable read", "serializable"])("where transactions are %s by default", (level) => {
  it("sells a wallet's credits once and knows its keys", async () => {
    const name = new URL(test.url).pathname.slice(1);
    await test.query(`alter database ${name} set default_transaction_isolation = '${level}'`);
    const database = postgres({ connectionString: test.url, max: 32 });
    const strict = openBook({ database });
    const grant = { p_wallet_id: "ada", p_amount: 30, p_idempotency_key: "g" };
    const granted = await tally(times(16, () => strict.call("grant", grant)));
    const held = await tally(
      times(64, (i) =>
        strict.call("hold", {
          p_wallet_id: "ada",
          p_amount: 4,
          p_idempotency_key: `h${i}`,
          p_external_reference: "poster",
          p_expires_in_ms: 600_000,
        }),
      ),
    );
    // So many at once on one wallet may be more than the driver's three tries are for: unavailable, and without a trace.
    const known = ["insufficient_credits", "ok", "unavailable"];
    expect(Object.keys({ ...granted, ...held }).filter((code) => !known.includes(code))).toEqual([]);
    const { ok = 0 } = held;
    expect(ok).toBeGreaterThan(0);
    expect(await strict.call("balance", { p_wallet_id: "ada" })).toMatchObject({
      posted: 30,
      held: 4 * ok,
      available: 30 - 4 * ok,
    });
    await database.close();
  });
});
