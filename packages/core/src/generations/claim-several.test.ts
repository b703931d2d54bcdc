import { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, openBook } from "../testing/generations/book.ts";

// A claim of several holds the turn of the first when it comes to the second. A start takes its task first and the turn
// after it: whoever waited for that task now would stand in a circle.

let test: TestDatabase;
let book: Book;
let other: Client;
beforeEach(async () => {
  test = await createTestDatabase();
  book = openBook(test);
  other = new Client(test.url);
  await other.connect();
});
afterEach(async () => {
  await other.end();
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const claim = async () =>
  (
    (await book.call("claim", { p_worker: "w", p_count: 5, p_lease_ms: 60_000 })) as unknown as {
      task_id: string;
    }[]
  ).map(({ task_id }) => task_id);

it("ends before a task that somebody else has in hand, and waits for nobody", async () => {
  const { user } = await book.start({ task: "first" });
  await book.start({ user, task: "second" });
  await book.start({ user, task: "third" });
  await other.query("begin");
  await other.query("select from genbff.tasks where task_id = 'second' for update");
  expect(await claim()).toEqual(["first"]);
  await other.query("commit");
  expect(await claim()).toEqual(["second", "third"]);
});

it("ends before a turn that somebody else has in hand, and waits for nobody", async () => {
  // Of two who were never served the first by name is next. Whoever holds nothing yet may wait: the turn is the second's.
  await book.start({ user: "ada", task: "first", price: 0 });
  await book.start({ user: "bob", task: "second", price: 0 });
  await other.query("begin");
  await other.query("select from genbff.turns where user_id = 'bob' for update");
  expect(await claim()).toEqual(["first"]);
  await other.query("commit");
  expect(await claim()).toEqual(["second"]);
});
