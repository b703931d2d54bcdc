import { afterAll, beforeAll, expect, it } from "vitest";
import { refusalOf } from "../testing/embedded/refusal-of.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";

// The second line of the state machine: what its tables and triggers refuse, past every function.

let test: TestDatabase;
let book: Book;
let claimed: Claimed;
let waiting: string;
beforeAll(async () => {
  test = await createTestDatabase();
  book = openBook(test);
  await book.start({ user: "ada", task: "task", price: 0 });
  claimed = (await book.claim()) as Claimed;
  await book.intent(claimed);
  await book.record(claimed, { step: "submitted", outcome: "accepted", job: { key: "job" } });
  await test.database.call("genbff_grant", { p_wallet_id: "ada", p_amount: 9, p_idempotency_key: "g" });
  waiting = (await book.start({ user: "ada", task: "task" })).id;
});
afterAll(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const refused = (change: string) => refusalOf(test, change);
const change = (what: string, id = waiting) =>
  refused(`update genbff.generations set ${what} where id = '${id}'`);

it("tells each version once", async () => {
  const again = `insert into genbff.events (task_id, seq, generation_id, version, snapshot)
    select task_id, seq + 1000, generation_id, version, snapshot from genbff.events`;
  expect(await refused(again)).toBe("events_generation_id_version_key");
});

it("knows a request's key once", async () => {
  const both = `insert into genbff.idempotency_keys (user_id, key, digest, generation_id, response, expires_at)
    select user_id, 'key', 'digest', id, '{}', now() from genbff.generations`;
  expect(await refused(both)).toBe("idempotency_keys_pkey");
});

it("keeps an object for one output, and a name", async () => {
  expect(await refused("update public.assets set storage_key = 'same'")).toBe("assets_storage_key_key");
  expect(await refused("update public.assets set file_index = 7")).toBe("assets_task_id_kind_file_index_key");
});

it("shows no output that is not stored", async () => {
  expect(await refused("update public.assets set status = 'complete'")).toBe("assets_complete_is_stored");
});

it("charges nothing but what is complete, and no more than its price", async () => {
  expect(await change("charged = 1")).toBe("generations_charge");
  expect(await change("charged = price_credits + 1")).toBe("generations_charge");
});

it("is due at some time until it has ended", async () => {
  expect(await change("next_run_at = null")).toBe("generations_due");
});

it("goes no step back within an attempt", async () => {
  expect(await change("step = 'intent'", claimed.id)).toContain("step intent after submitted");
});

it("never gives an epoch again", async () => {
  expect(await change("lease_epoch = lease_epoch - 1", claimed.id)).toContain("epoch went back");
});
