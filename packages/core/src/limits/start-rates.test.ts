import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Asked, type Book, codeOf, openBook, startArguments } from "../testing/generations/book.ts";
import { type FrozenClock, freezeClock } from "../testing/generations/virtual-time.ts";

// The limit itself: what the database counts, with its clock in our hand, and with real parallel clients.

let test: TestDatabase;
let book: Book;
let clock: FrozenClock;
beforeAll(async () => {
  test = await createTestDatabase({ max: 32 });
  book = openBook(test);
  clock = await freezeClock(test);
  await clock.set(0);
});
afterAll(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const minuteMs = 60_000;

/** A free start of somebody; resolves to what it says of the limit, or to the refusal's details. */
async function startAt(atMs: number, user: string, asked: Asked): Promise<Record<string, unknown>> {
  await clock.set(atMs);
  const started = book.call("start", startArguments({ price: 0, ...asked }, user));
  return started.then(
    ({ rate }) => ({ started: true, ...(rate as object) }),
    (error: unknown) => {
      if (!isAppError(error, "rate_limited")) throw error;
      return { started: false, ...error.details };
    },
  );
}

const countersOf = (user: string) =>
  test.query<{ rate_group: string; starts: number }>(
    "select rate_group, cardinality(starts) starts from genbff.rate_counters where user_id = $1 order by 1",
    [user],
  );

/** Moment in ms, how many a minute, and what is answered: places left and seconds to the next, or seconds of waiting. */
type Step = readonly [
  atMs: number,
  perMinute: number,
  answer: readonly [remaining: number, resetS: number] | number,
];
const programs: Readonly<Record<string, readonly Step[]>> = {
  "two a minute: the first one's place is free a minute after it, to the millisecond": [
    [0, 2, [1, 60]],
    [30_000, 2, [0, 30]],
    [30_001, 2, 30],
    [59_000, 2, 1],
    [59_999, 2, 1],
    [60_000, 2, [0, 30]],
    [60_001, 2, 30],
    [90_000, 2, [0, 30]],
  ],
  "one a minute": [
    [500, 1, [0, 60]],
    [500, 1, 60],
    [60_499, 1, 1],
    [60_500, 1, [0, 60]],
  ],
  "a window that slides: no second helping at the turn of a minute": [
    [59_000, 2, [1, 60]],
    [59_500, 2, [0, 60]],
    [60_000, 2, 59],
    [61_000, 2, 58],
    [119_000, 2, [0, 1]],
  ],
  "after a long rest all is there, and not more": [
    [0, 3, [2, 60]],
    [3_600_000, 3, [2, 60]],
    [3_600_000, 3, [1, 60]],
    [3_600_000, 3, [0, 60]],
    [3_600_000, 3, 60],
  ],
  "a limit that is lowered counts what was started under the higher one": [
    [0, 4, [3, 60]],
    [10_000, 4, [2, 50]],
    [20_000, 4, [1, 40]],
    [30_000, 2, 40],
    [69_999, 2, 1],
    [70_000, 2, [0, 10]],
  ],
  "a limit that is raised leaves room at once": [
    [0, 1, [0, 60]],
    [1000, 1, 59],
    [1000, 3, [1, 59]],
  ],
  "a clock that was set back makes nobody wait longer than a minute": [
    [7_200_000, 1, [0, 60]],
    [0, 1, 60],
    [0, 2, [0, 60]],
    [60_000, 1, [0, 60]],
  ],
};

describe("a limit", () => {
  it.each(Object.entries(programs))("%s", async (user, steps) => {
    for (const [at, perMinute, answer] of steps) {
      const told = await startAt(at, user, { rate: { group: "g", perMinute } });
      const expected =
        typeof answer === "number"
          ? { started: false, limit: perMinute, remaining: 0, reset_s: answer, retry_after_s: answer }
          : { started: true, limit: perMinute, remaining: answer[0], reset_s: answer[1] };
      expect(told, `at ${at}`).toEqual(expected);
    }
  });

  it("agrees with a list of moments, whatever comes when; waiting as long as it says is enough, a second less is not", async () => {
    let user = 0;
    const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40_000 })), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(pauses, fc.integer({ min: 1, max: 5 }), async (program, perMinute) => {
        const name = `random ${user++}`;
        const starts: number[] = [];
        let at = 1_000_000;
        for (const pause of program) {
          at += pause;
          const counted = starts.filter((start) => start > at - minuteMs).length;
          const told = await startAt(at, name, { rate: { group: "g", perMinute } });
          expect(told.started).toBe(counted < perMinute);
          if (told.started === true) {
            starts.push(at);
            continue;
          }
          const waitMs = Number(told.retry_after_s) * 1000;
          const early = await startAt(at + waitMs - 1000, name, { rate: { group: "g", perMinute } });
          expect(early.started).toBe(false);
          at += waitMs;
          expect(await startAt(at, name, { rate: { group: "g", perMinute } })).toMatchObject({
            started: true,
          });
          starts.push(at);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is each user's and each group's own, and nobody's where none is given", async () => {
    const one = { rate: { group: "one", perMinute: 1 } };
    const two = { rate: { group: "two", perMinute: 1 } };
    const answers = [];
    for (const [user, asked] of [
      ["ann", one],
      ["ann", one],
      ["ann", two],
      ["bea", one],
      ["ann", {}],
      ["ann", {}],
    ] as const)
      answers.push((await startAt(0, user, asked)).started);
    expect(answers).toEqual([true, false, true, true, true, true]);
    expect(await countersOf("ann")).toEqual([
      { rate_group: "one", starts: 1 },
      { rate_group: "two", starts: 1 },
    ]);
  });

  it("keeps no more moments than it allows, however often it is asked", async () => {
    for (let at = 0; at < 600_000; at += 9000)
      await startAt(at, "often", { rate: { group: "g", perMinute: 3 } });
    expect(await countersOf("often")).toEqual([{ rate_group: "g", starts: 3 }]);
  });
});

describe("parallel starts", () => {
  it("never exceed it, also where no wallet's lock stands between them", async () => {
    await clock.set(0);
    const perMinute = 7;
    const start = (index: number) =>
      codeOf(
        book.start({ user: "busy", wallet: `wallet ${index}`, price: 0, rate: { group: "g", perMinute } }),
      );
    const answers = await Promise.all(Array.from({ length: 32 }, (_, index) => start(index)));
    expect(answers.filter((answer) => answer === "ok")).toHaveLength(perMinute);
    expect(answers.filter((answer) => answer === "rate_limited")).toHaveLength(32 - perMinute);
    expect(await countersOf("busy")).toEqual([{ rate_group: "g", starts: perMinute }]);
  });

  it("lose no place to a sweep that takes idle counters away meanwhile", async () => {
    const perMinute = 5;
    for (let round = 1; round <= 5; round++) {
      // Idle for a microsecond: due to be swept, and about to be counted in.
      await clock.set(round * minuteMs);
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          index % 3 === 0
            ? book.call("forget_rates", { p_count: 100 }).then(() => "swept")
            : codeOf(
                book.start({ user: "swept", wallet: `w${index}`, price: 0, rate: { group: "g", perMinute } }),
              ),
        ),
      );
      expect(answers.filter((answer) => answer === "ok")).toHaveLength(perMinute);
    }
  });
});

describe("a start that is refused", () => {
  const perMinute = 2;
  const rate = { group: "g", perMinute };
  const everything = (user: string) =>
    test.query(
      `select (select count(*) from genbff.generations where user_id = $1) generations,
              (select count(*) from genbff.tasks where user_id = $1) tasks,
              (select count(*) from genbff.idempotency_keys where user_id = $1) keys,
              (select held from public.user_credits where user_id = $1) held,
              (select coalesce(sum(cardinality(starts)), 0) from genbff.rate_counters where user_id = $1) counted`,
      [user],
    );
  const refusals: readonly { name: string; asked: Asked; code: string }[] = [
    { name: "for want of credits", asked: { price: 1000 }, code: "insufficient_credits" },
    { name: "for another's task", asked: { price: 1, task: "of-somebody" }, code: "task_id_taken" },
    { name: "for too many open ones", asked: { price: 1, open: 0 }, code: "too_many_generations" },
    { name: "for a full queue", asked: { price: 1, depth: 0 }, code: "queue_full" },
  ];
  it.each(refusals)("$name is not counted", async ({ name, asked, code }) => {
    await clock.set(0);
    await codeOf(book.start({ user: "somebody", task: "of-somebody", price: 0 }));
    await book.call("grant", { p_wallet_id: name, p_amount: 100, p_idempotency_key: "g" });
    for (let times = 0; times < perMinute + 1; times++)
      expect(await codeOf(book.start({ user: name, rate, key: `k${times}`, ...asked }))).toBe(code);
    expect(await everything(name)).toEqual([
      { generations: "0", tasks: "0", keys: "0", held: "0", counted: "0" },
    ]);
  });

  it("by the limit leaves nothing behind and costs nothing, and its key is free", async () => {
    const ask = (key: string) => codeOf(book.start({ user: "fast", rate, key, price: 10 }));
    await clock.set(0);
    await book.call("grant", { p_wallet_id: "fast", p_amount: 100, p_idempotency_key: "g" });
    expect([await ask("1"), await ask("2"), await ask("3")]).toEqual(["ok", "ok", "rate_limited"]);
    expect(await everything("fast")).toEqual([
      { generations: "2", tasks: "2", keys: "2", held: "20", counted: "2" },
    ]);
    await clock.set(minuteMs);
    expect(await ask("3")).toBe("ok");
  });

  it("is none where the key is known: a repeat is told what the first was told, and counts nothing", async () => {
    await clock.set(0);
    const task = "again";
    const first = await book.call("start", startArguments({ rate, key: "k", task, price: 0 }, "again"));
    await codeOf(book.start({ user: "again", rate, price: 0 }));
    await clock.set(20_000);
    const second = await book.call("start", startArguments({ rate, key: "k", task, price: 0 }, "again"));
    const replay = await book.call("replay", { p_user_id: "again", p_idempotency_key: "k", p_digest: "d" });
    expect(second).toEqual({ ...first, replayed: true });
    expect(replay).toEqual(second);
    expect(first.rate).toEqual({ limit: 2, remaining: 1, reset_s: 60 });
    expect(await countersOf("again")).toEqual([{ rate_group: "g", starts: 2 }]);
  });
});

it("is forgotten a minute after its last start, in batches", async () => {
  await clock.set(0);
  await test.query("delete from genbff.rate_counters");
  for (const user of ["a", "b", "c"]) await startAt(0, user, { rate: { group: "g", perMinute: 2 } });
  await startAt(1, "d", { rate: { group: "g", perMinute: 2 } });
  await clock.set(minuteMs - 1);
  expect(await book.call("forget_rates", { p_count: 2 })).toEqual({ forgotten: 0, more: false });
  await clock.set(minuteMs);
  expect(await book.call("forget_rates", { p_count: 2 })).toEqual({ forgotten: 2, more: true });
  expect(await book.call("forget_rates", { p_count: 2 })).toEqual({ forgotten: 1, more: false });
  expect(await test.query("select user_id from genbff.rate_counters")).toEqual([{ user_id: "d" }]);
});
