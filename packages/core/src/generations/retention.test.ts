import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";
import { takeClock, type VirtualTime } from "../testing/generations/virtual-time.ts";

// What is kept for how long, under virtual time: large fields 48 hours, rows 30 days, the ledger for ever.

const hour = 3_600_000;
const day = 24 * hour;

let test: TestDatabase;
let book: Book;
let time: VirtualTime;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  time = await takeClock(test);
  book = openBook(test);
});
afterEach(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const retain = (count = 200) =>
  book.call("retain", { p_large_ms: 2 * day, p_rows_ms: 30 * day, p_count: count });
const ledger = () =>
  Promise.all(
    ["public.user_credits", "genbff.transactions", "genbff.holds", "genbff.hold_lots", "genbff.grants"].map(
      (table) => test.query(`select * from ${table} order by 1, 2`),
    ),
  );
const count = async (table: string) => (await test.query(`select from genbff.${table}`)).length;

/** One that was delivered and one that failed, with everything there is around them. */
async function aDay(): Promise<{ complete: string; failed: string; user: string }> {
  const { user, id: complete } = await book.start();
  const first = (await book.claim()) as Claimed;
  await book.intent(first);
  await book.record(first, {
    step: "submitted",
    outcome: "accepted",
    job: { key: first.id },
    work: { outputs: [1] },
  });
  const told = { p_provider: "openai", p_event_id: first.id, p_job_key: first.id, p_payload: { big: "x" } };
  await book.call("webhook", told);
  await book.finish(first);
  const { id: failed } = await book.start({ user });
  const second = (await book.claim()) as Claimed;
  await book.intent(second);
  await book.record(second, { outcome: "refused" });
  await book.fail(second);
  return { complete, failed, user };
}

it("keeps everything for two days, and what is large no longer", async () => {
  await aDay();
  const large = async () => ({
    requests: (await test.query("select from genbff.attempts where request is not null")).length,
    work: (await test.query("select from genbff.generations where work <> '{}'")).length,
    payloads: (await test.query("select from genbff.webhook_inbox where payload <> '{}'")).length,
  });
  await time.forward(47 * hour);
  await retain();
  expect(await large()).toEqual({ requests: 2, work: 1, payloads: 1 });
  await time.forward(2 * hour);
  await retain();
  expect(await large()).toEqual({ requests: 0, work: 0, payloads: 0 });
  expect([await count("generations"), await count("attempts"), await count("webhook_inbox")]).toEqual([
    2, 2, 1,
  ]);
});

it("keeps rows for thirty days; then only what was delivered and what was paid", async () => {
  const { complete } = await aDay();
  const before = await ledger();
  await time.forward(29 * day);
  await retain();
  expect(await count("generations")).toBe(2);
  await time.forward(2 * day);
  expect(await retain()).toMatchObject({ generations: 1, more: false });
  expect(await test.query("select id from genbff.generations")).toEqual([{ id: complete }]);
  expect([await count("events"), await count("webhook_inbox"), await count("attempts")]).toEqual([0, 0, 1]);
  expect(await test.query("select status from public.assets")).toEqual([{ status: "complete" }]);
  expect(await ledger()).toEqual(before);
  expect(await retain()).toEqual({ generations: 0, events: 0, more: false });
});

it("takes away one that another one repeats: the repetition stays and forgets whom it repeats", async () => {
  const { failed, user } = await aDay();
  const { id: retry } = await book.start({ user, retryOf: failed });
  const claimed = (await book.claim()) as Claimed;
  expect(claimed.id).toBe(retry);
  await book.finish(claimed);
  await time.forward(31 * day);
  expect(await retain()).toMatchObject({ generations: 1 });
  expect(await test.query("select retry_of from genbff.generations where id = $1", [retry])).toEqual([
    { retry_of: null },
  ]);
  await expect(
    test.query("update genbff.generations set retry_of = id where id = $1", [retry]),
  ).rejects.toThrow("has ended");
});

it("keeps what an operator has still to look at, and what has not ended", async () => {
  await book.start();
  const claimed = (await book.claim()) as Claimed;
  await book.intent(claimed);
  await book.fail(claimed, "submission_unknown");
  await book.start({ deadlineMs: 90 * day });
  await time.forward(31 * day);
  await retain();
  expect([await count("generations"), await count("orphans")]).toEqual([2, 1]);
  await test.query("update genbff.orphans set state = 'dismissed', resolved_at = genbff.now()");
  await retain();
  expect([await count("generations"), await count("orphans")]).toEqual([1, 0]);
});

it("works a backlog off in batches, and any number of processes at once", async () => {
  for (let index = 0; index < 12; index++) await aDay();
  await time.forward(31 * day);
  const before = await ledger();
  expect(await retain(3)).toMatchObject({ more: true });
  const work = async () => {
    while ((await retain(3)).more === true);
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(await retain()).toEqual({ generations: 0, events: 0, more: false });
  expect([await count("generations"), await count("events")]).toEqual([12, 0]);
  expect(await ledger()).toEqual(before);
});
