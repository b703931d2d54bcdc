import { afterEach, beforeEach, expect, it } from "vitest";
import { type AnyBffOptions, createContext, type Seams } from "../create-context.ts";
import type { Database } from "../database/port.ts";
import { systemClock } from "../shared/clock.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";
import { type MemoryStore, memoryStore } from "../testing/generations/memory-store.ts";
import { failure, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { takeClock } from "../testing/generations/virtual-time.ts";
import { advance } from "./advance.ts";
import { createSweep } from "./sweep.ts";

// What `pnpm simulate` has found: answers of the database that come late, twice or to nobody.

let test: TestDatabase;
let book: Book;
let storage: MemoryStore;
beforeEach(async () => {
  storage = memoryStore();
  test = await createTestDatabase();
  book = openBook(test);
});
afterEach(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const contextOf = (
  change: Partial<Database>,
  vendor: ReturnType<typeof scriptedProvider>,
  seams: Seams = {},
) =>
  createContext(
    {
      database: { ...test.database, ...change },
      storage,
      auth: { authenticate: () => Promise.reject(new Error("nobody asks")) },
      providers: { vendor: vendor.port, other: vendor.port },
      prices: { "text-to-image": { vendor: "price", other: "price" } },
      secret: "a secret of at least thirty-two letters",
      engine: { start() {}, wake() {}, async stop() {} },
      limits: { leaseMs: 20_000, heartbeatMs: 3_600_000 },
      logger: silent,
    } as unknown as AnyBffOptions,
    seams,
  );
/** A driver that makes these calls twice, because the first answer got lost. */
const twice = (...names: readonly string[]): Partial<Database> => ({
  async call(name, args) {
    if (names.includes(name)) await test.database.call(name, args);
    return test.database.call(name, args);
  },
});

it("what is asked at the end of its lease is the worker's for a whole lease again", async () => {
  const time = await takeClock(test);
  const leaseMs = 20_000;
  await book.start();
  const claimed = (await book.claim(leaseMs)) as Claimed;
  await time.forward(15_000);
  const intent = { p_generation_id: claimed.id, p_epoch: claimed.lease_epoch, p_request: {}, p_digest: "d" };
  expect(await book.call("intent", { ...intent, p_lease_ms: leaseMs })).toMatchObject({ go: true });
  await time.forward(15_000);
  expect(await book.take(claimed.id)).toBeUndefined();
  expect(await book.record(claimed, { step: "settling" })).not.toBeNull();
  await time.forward(6000);
  expect(await book.take(claimed.id)).toMatchObject({ id: claimed.id });
});

it("does not send what was intended under a lease that has run out meanwhile", async () => {
  const time = await takeClock(test);
  let ahead = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
  const vendor = scriptedProvider();
  const slow: Partial<Database> = {
    async call(name, args) {
      const answer = await test.database.call(name, args);
      if (name === "genbff_intent" && ahead === 0) {
        ahead = 16_000;
        await time.forward(21_000);
        expect(await book.take(String(args.p_generation_id))).toBeDefined();
      }
      return answer;
    },
  };
  const { id } = await book.start({ provider: "vendor" });
  expect(await advance(contextOf(slow, vendor, { clock }), id)).toEqual({ state: "lost" });
  expect(vendor.submissions).toEqual([]);
});

it("sends once where the intent was committed and its answer lost", async () => {
  const vendor = scriptedProvider({ submit: () => picture() });
  const { id } = await book.start({ provider: "vendor" });
  expect(await advance(contextOf(twice("genbff_intent"), vendor), id)).toEqual({ state: "ended" });
  expect(vendor.submissions.length).toBe(1);
  expect(await test.query("select status, attempt from genbff.generations")).toEqual([
    { status: "complete", attempt: 1 },
  ]);
});

it("goes on to the next provider once, however often it is told to", async () => {
  const vendor = scriptedProvider({
    submit(_job, count) {
      if (count === 1) throw failure("refused");
      return picture();
    },
  });
  const { id } = await book.start({ provider: "vendor", candidates: ["other"], attempts: 2 });
  expect(await advance(contextOf(twice("genbff_record"), vendor), id)).toEqual({ state: "ended" });
  expect(await test.query("select attempt, provider, outcome from genbff.attempts order by attempt")).toEqual(
    [
      { attempt: 1, provider: "vendor", outcome: "refused" },
      { attempt: 2, provider: "other", outcome: "done" },
    ],
  );
});

it("takes away what a dead worker had stored, when the deadline ends its generation", async () => {
  const time = await takeClock(test);
  const dead = new Promise<never>(() => undefined);
  const { id } = await book.start({ provider: "vendor", deadlineMs: 60_000 });
  const stored = Promise.withResolvers<void>();
  const dying: Partial<Database> = {
    call(name, args) {
      if (name !== "genbff_record") return test.database.call(name, args);
      stored.resolve();
      return dead;
    },
  };
  void advance(contextOf(dying, scriptedProvider({ submit: () => picture() })), id);
  await stored.promise;
  expect(storage.objects.size).toBe(1);
  await time.forward(61_000);
  await createSweep(contextOf({}, scriptedProvider()))();
  await expect.poll(() => storage.objects.size).toBe(0);
});
