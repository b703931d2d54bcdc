import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, openBook } from "../testing/generations/book.ts";

// Whose turn it is, on real Postgres with real parallel claimers.

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

/** Many starts of one user, written at once: what a script would do in an hour. Triggers would take that hour. */
async function flood(user: string, count: number): Promise<void> {
  await book.start({ user, price: 0, task: `task-${user}` });
  await test.query("alter table genbff.generations disable trigger user");
  await test.query(
    `insert into genbff.generations (task_id, user_id, wallet_id, operation, provider, input, output_kind, outputs,
       price, price_credits, max_attempts, next_run_at, deadline_at, events_swept)
     select task_id, user_id, wallet_id, operation, provider, input, output_kind, outputs, price, price_credits,
       max_attempts, next_run_at, deadline_at, true
       from genbff.generations, generate_series(2, $2) where user_id = $1`,
    [user, count],
  );
  await test.query("alter table genbff.generations enable trigger user");
  await test.query("update genbff.turns set waiting = $2 where user_id = $1", [user, count]);
}

async function claimedUsers(count: number): Promise<string[]> {
  const users = [];
  for (let turn = 0; turn < count; turn++) users.push((await book.claim())?.user_id ?? "nobody");
  return users;
}

it("lets one of a user's ten thousand go before another user's single one, at most", async () => {
  await flood("crowd", 10_000);
  expect(await claimedUsers(3)).toEqual(["crowd", "crowd", "crowd"]);
  await book.start({ user: "newcomer", price: 0 });
  expect(await claimedUsers(3)).toEqual(["newcomer", "crowd", "crowd"]);
  // Served before, and back again: the crowd has been served since.
  await book.start({ user: "newcomer", price: 0 });
  expect((await claimedUsers(2)).slice(0, 2)).toContain("newcomer");
}, 60_000);

it("serves many users in rounds: nobody a second time before everybody once", async () => {
  const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  await Promise.all(users.flatMap((user) => [1, 2, 3].map(() => book.start({ user, price: 0 }))));
  for (let round = 0; round < 3; round++) expect(new Set(await claimedUsers(20)).size).toBe(20);
  expect(await claimedUsers(1)).toEqual(["nobody"]);
});

it("gives a user's own in the order in which they were asked for", async () => {
  const ids = [];
  for (let index = 0; index < 6; index++) ids.push((await book.start({ user: "one", price: 0 })).id);
  const claimed = [];
  for (let index = 0; index < 6; index++) claimed.push((await book.claim())?.id);
  expect(claimed).toEqual(ids);
});

it("is exact under sixteen claimers at once: each generation once, and rounds stay rounds", async () => {
  const users = Array.from({ length: 16 }, (_, index) => `user-${index}`);
  await Promise.all(users.flatMap((user) => Array.from({ length: 5 }, () => book.start({ user, price: 0 }))));
  const claimed: string[] = [];
  const work = async () => {
    for (let next = await book.claim(); next !== undefined; next = await book.claim()) claimed.push(next.id);
  };
  await Promise.all(Array.from({ length: 16 }, work));
  expect(claimed).toHaveLength(80);
  expect(new Set(claimed).size).toBe(80);
  // Who was served when: the sequence of turns tells, whatever the order of the answers.
  const rows = await test.query<{ user_id: string }>(
    "select user_id from genbff.generations order by started_at",
  );
  for (let round = 0; round < 5; round++)
    expect(new Set(rows.slice(round * 16, round * 16 + 16).map((row) => row.user_id)).size).toBe(16);
});

it("is not disturbed by whom a worker was woken for: sixteen take one user's newest, the oldest go first", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 16; index++) ids.push((await book.start({ user: "one", price: 0 })).id);
  const first = ids.slice(0, 8);
  const newest = ids[15] as string;
  const taken = await Promise.all(Array.from({ length: 8 }, () => book.take(newest)));
  expect(new Set(taken.map((claimed) => claimed?.id))).toEqual(new Set(first));
});

it("passes over users whose provider is full, and comes back to them first", async () => {
  await book.caps({ provider: "tripo", concurrency: 1 });
  for (const user of ["a", "b"])
    for (let index = 0; index < 2; index++) await book.start({ user, price: 0, provider: "tripo" });
  await book.start({ user: "c", price: 0 });
  await book.start({ user: "c", price: 0 });
  const first = await book.claim();
  expect(await claimedUsers(3)).toEqual(["c", "c", "nobody"]);
  if (first === undefined) throw new Error("nobody was served");
  const { wake } = await book.fail(first);
  expect((await book.take(wake as string))?.user_id).not.toBe(first.user_id);
});

it("forgets nobody: starts, cancels and claims at once leave the count right", async () => {
  const users = Array.from({ length: 8 }, () => randomUUID());
  await Promise.all(
    Array.from({ length: 96 }, async (_, index) => {
      const { id, user } = await book.start({ user: users[index % 8] as string, price: 0 });
      if (index % 3 === 0) await book.call("cancel", { p_user_id: user, p_generation_id: id });
      if (index % 2 === 0) await book.claim();
    }),
  );
  const [counted] = await test.query<{ waiting: string; pending: string }>(
    `select (select sum(waiting) from genbff.turns) as waiting,
            (select count(*) from genbff.generations where status = 'pending') as pending`,
  );
  expect(counted?.waiting).toBe(counted?.pending);
});
