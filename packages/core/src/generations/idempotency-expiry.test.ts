import { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { namedCall } from "../database/named-call.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, openBook } from "../testing/generations/book.ts";
import { freezeClock, takeClock } from "../testing/generations/virtual-time.ts";

// K13 of `reliability-spec.md` 4: the end of an idempotency key, a retry and the sweep of old keys at the same time.
// Within the retention a key has one effect; after it, at most one more.

const day = 86_400_000;
const user = "ada";

let test: TestDatabase;
let book: Book;
const clients: Client[] = [];
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  book = openBook(test);
  await book.call("grant", { p_wallet_id: user, p_amount: 1000, p_idempotency_key: "start" });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const start = (key: string) => book.start({ user, key }).then(({ id }) => id);
const retain = () => book.call("retain", { p_large_ms: 2 * day, p_rows_ms: 30 * day });
const made = (key: string) =>
  test.query<{ id: string; from: string }>(
    `select g.id, g.created_at::text as from from genbff.generations g where g.task_id like $1 || '-%' order by g.created_at`,
    [key],
  );
/** 32 clients: retries of one key, each a request of its own, and sweeps between them. Resolves to the ids they were told. */
async function storm(key: string): Promise<Set<string>> {
  const told = await Promise.all(
    Array.from({ length: 32 }, async (_, index) => {
      if (index % 4 === 3) {
        await retain();
        return [];
      }
      return [(await book.start({ user, key, task: `${key}-${index}` })).id];
    }),
  );
  return new Set(told.flat());
}

it("keeps a key that a start has made its own while the sweep of old keys was waiting for it", async () => {
  const time = await takeClock(test);
  const first = await start("k");
  await time.forward(day + 120_000);

  const client = new Client(test.url);
  clients.push(client);
  await client.connect();
  await client.query("begin");
  const inTransaction = openBook({
    database: {
      ...test.database,
      async call(name, args) {
        const { text, values } = namedCall(name, args);
        return (await client.query(text, values as unknown[])).rows[0].result;
      },
    },
  });
  const { id: second } = await inTransaction.start({ user, key: "k" });
  const sweep = retain();
  await expect
    .poll(() =>
      test.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%genbff_retain%'",
      ),
    )
    .toHaveLength(1);
  await client.query("commit");
  await sweep;
  expect(second).not.toBe(first);
  expect(await start("k")).toBe(second);
});

it("replays up to the last microsecond, and makes one new generation from the end on", async () => {
  const time = await freezeClock(test);
  for (const [key, before, expected] of [
    ["a", "- interval '1 microsecond'", 1],
    ["b", "", 2],
    ["c", "+ interval '1 microsecond'", 2],
    // Where the sweep does take the old key away.
    ["d", "+ interval '1 minute'", 2],
  ] as const) {
    const { id: first } = await book.start({ user, key, task: `${key}-first` });
    await time.set(`(select expires_at from genbff.idempotency_keys where key = '${key}') ${before}`);
    const told = await storm(key);
    expect([...told].includes(first), key).toBe(expected === 1);
    expect(told.size, key).toBe(1);
    expect(await made(key), key).toHaveLength(expected);
    expect(await storm(key)).toEqual(told);
  }
});

it("has at most one effect a day while 32 clients repeat and sweep across the end", async () => {
  const time = await takeClock(test);
  const { id: first } = await book.start({ user, key: "k", task: "k-first" });
  // The end falls among the calls, wherever this machine's pace puts it; the sweep's minute is passed by a jump.
  await time.forward(day - 40);
  const told = new Set<string>();
  const ended = async () =>
    (
      await test.query(
        "select from genbff.generations where created_at >= (select min(created_at) from genbff.generations) + interval '24 hours'",
      )
    ).length > 0;
  do for (const id of await storm("k")) told.add(id);
  while (!(await ended()));
  await time.forward(61_000);
  for (const id of await storm("k")) told.add(id);
  expect(told.has(first) ? told.size : told.size + 1).toBe(2);
  const [one, other, ...more] = await made("k");
  expect(more).toEqual([]);
  expect(one?.id).toBe(first);
  const [gap] = await test.query<{ whole: boolean }>(
    "select $2::timestamptz - $1::timestamptz >= interval '24 hours' as whole",
    [one?.from, other?.from],
  );
  expect(gap).toEqual({ whole: true });
});

it("has one effect when a user's wallet changes between two tries that run at once", async () => {
  await book.call("grant", { p_wallet_id: "team", p_amount: 1000, p_idempotency_key: "start" });
  for (let round = 0; round < 8; round++) {
    const key = `r${round}`;
    const told = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        book.start({ user, key, task: `${key}-${index}`, wallet: index % 2 === 0 ? user : "team" }),
      ),
    );
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(await made(key)).toHaveLength(1);
  }
});
