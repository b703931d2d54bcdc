import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, codeOf, openBook } from "../testing/generations/book.ts";
import { takeClock } from "../testing/generations/virtual-time.ts";

// What a provider's account allows, never exceeded: on real Postgres with real parallel claimers.

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

const wait = (count: number, asked: { operation?: string; provider: string; candidates?: string[] }) =>
  Promise.all(Array.from({ length: count }, () => book.start({ price: 0, ...asked })));

async function claimAll(leaseMs?: number): Promise<Claimed[]> {
  const all: Claimed[] = [];
  for (let next = await book.claim(leaseMs); next; next = await book.claim(leaseMs)) all.push(next);
  return all;
}

/** Fails one generation over to the next provider of its list. */
const moveOn = (claimed: Claimed, to: string) =>
  book.record(claimed, { step: "intent", next_attempt: true, next_provider: to, outcome: "refused" });

describe("concurrency", () => {
  it("is never exceeded by sixteen claimers, for a provider and for one of its operations", async () => {
    await book.caps(
      { provider: "tripo", concurrency: 10 },
      { provider: "tripo", operation: "refine-model", concurrency: 5 },
    );
    await wait(40, { provider: "tripo", operation: "refine-model" });
    await wait(40, { provider: "tripo", operation: "image-to-model" });
    const inHands = new Map<string, Claimed>();
    const most = { all: 0, refine: 0 };
    let done = 0;
    // The first ones stay until every place is taken, so that all of them are asked for at one moment.
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
    const work = async () => {
      while (done < 80) {
        const claimed = await book.claim();
        if (claimed === undefined) continue;
        inHands.set(claimed.id, claimed);
        const running = [...inHands.values()];
        most.all = Math.max(most.all, running.length);
        most.refine = Math.max(
          most.refine,
          running.filter(({ operation }) => operation === "refine-model").length,
        );
        if (running.length >= 10) isFull();
        await book.intent(claimed);
        await full;
        inHands.delete(claimed.id);
        await (done++ % 3 === 0 ? book.fail(claimed) : book.finish(claimed));
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    expect(most.all).toBe(10);
    expect(most.refine).toBeLessThanOrEqual(5);
  }, 60_000);

  it("counts what a dead worker left behind until somebody has ended it", async () => {
    await book.caps({ provider: "tripo", concurrency: 3 });
    await wait(6, { provider: "tripo" });
    const dead = await claimAll(100);
    expect(dead).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await book.claim()).toBeUndefined();
    const taken = await Promise.all(dead.map(({ id }) => book.take(id)));
    expect(taken.map((claimed) => claimed?.id)).toEqual(dead.map(({ id }) => id));
    expect(await book.claim()).toBeUndefined();
    // They come a second time, through their second attempt, and need no second place.
    for (const claimed of taken) expect(await book.intent(claimed as Claimed)).toMatchObject({ go: true });
    await book.finish(taken[0] as Claimed);
    expect(await claimAll()).toHaveLength(1);
  });

  it("of one operation leaves the provider's other places to the others", async () => {
    await book.caps(
      { provider: "tripo", concurrency: 5 },
      { provider: "tripo", operation: "refine-model", concurrency: 2 },
    );
    await wait(4, { provider: "tripo", operation: "refine-model" });
    await wait(2, { provider: "tripo", operation: "image-to-model" });
    const running = await claimAll();
    expect(running.map(({ operation }) => operation).sort()).toEqual([
      ...["image-to-model", "image-to-model"],
      ...["refine-model", "refine-model"],
    ]);
  });

  it("holds for those who come from another provider: they find the places of the claimed ones taken", async () => {
    await book.caps({ provider: "tripo", concurrency: 2 });
    await wait(3, { provider: "other", candidates: ["tripo"] });
    const fallen = await claimAll();
    await wait(2, { provider: "tripo" });
    const [first, second] = (await claimAll()) as [Claimed, Claimed];
    for (const claimed of fallen) await moveOn(claimed, "tripo");
    for (const claimed of fallen)
      expect(await book.intent(claimed)).toMatchObject({ go: false, wait_ms: 1000 });
    expect(await book.intent(first)).toMatchObject({ go: true });
    expect(await book.intent(second)).toMatchObject({ go: true });
    await book.finish(first);
    await book.finish(second);
    const went = await Promise.all(fallen.map((claimed) => book.intent(claimed)));
    expect(went.filter(({ go }) => go)).toHaveLength(2);
  });
});

describe("starts per minute", () => {
  it("are counted over any minute, not by the clock's", async () => {
    const time = await takeClock(test);
    await book.caps({ provider: "openai", starts_per_minute: 5 });
    await wait(20, { provider: "openai" });
    const sendAll = async () => {
      const all = await claimAll();
      for (const claimed of all) {
        expect(await book.intent(claimed)).toMatchObject({ go: true });
        await book.finish(claimed);
      }
      return all.length;
    };
    expect(await sendAll()).toBe(5);
    await time.forward(40_000);
    expect(await sendAll()).toBe(0);
    await time.forward(21_000);
    expect(await sendAll()).toBe(5);
    await time.forward(30_000);
    expect(await sendAll()).toBe(0);
    await time.forward(31_000);
    expect(await sendAll()).toBe(5);
  });

  it("are counted when they are sent, however long they were made ready", async () => {
    const time = await takeClock(test);
    await book.caps({ provider: "openai", starts_per_minute: 2 });
    await wait(6, { provider: "openai" });
    const slow = await claimAll(600_000);
    expect(slow).toHaveLength(2);
    await time.forward(90_000);
    expect(await claimAll()).toHaveLength(0);
    for (const claimed of slow) expect(await book.intent(claimed)).toMatchObject({ go: true });
    await time.forward(30_000);
    expect(await claimAll()).toHaveLength(0);
    await time.forward(31_000);
    expect(await claimAll()).toHaveLength(2);
  });

  it("stay counted when the provider refused and the generation went elsewhere, and count there too", async () => {
    await book.caps({ provider: "a", starts_per_minute: 2 }, { provider: "b", starts_per_minute: 1 });
    await wait(4, { provider: "a", candidates: ["b"] });
    const [first, second] = (await claimAll()) as [Claimed, Claimed];
    for (const claimed of [first, second]) {
      await book.intent(claimed);
      await moveOn(claimed, "b");
    }
    expect(await book.claim()).toBeUndefined();
    expect(await book.intent(first)).toMatchObject({ go: true });
    expect(await book.intent(second)).toMatchObject({ go: false, wait_ms: 1000 });
  });

  it("are exact under sixteen claimers", async () => {
    await book.caps({ provider: "openai", starts_per_minute: 7 });
    await wait(30, { provider: "openai" });
    const claimed = await Promise.all(Array.from({ length: 16 }, () => book.claim()));
    expect(claimed.filter((one) => one !== undefined)).toHaveLength(7);
  });
});

describe("an open breaker", () => {
  it("gives its window's probe to one, before anybody has heard the answer", async () => {
    const time = await takeClock(test);
    await wait(8, { provider: "shaky" });
    const all = await claimAll(600_000);
    for (const claimed of all.slice(0, 5)) {
      expect(await book.intent(claimed)).toMatchObject({ go: true });
      await book.record(claimed, { outcome: "refused", health: "failed" });
    }
    const asked = async () => Promise.all(all.slice(5).map((claimed) => book.intent(claimed)));
    expect((await asked()).map(({ go }) => go)).toEqual([false, false, false]);
    await time.forward(31_000);
    const answers = await asked();
    expect(answers.filter(({ go }) => go)).toHaveLength(1);
    expect(answers.filter(({ wait_ms }) => Number(wait_ms) > 0)).toHaveLength(2);
  });
});

describe("the queue", () => {
  it("gives its last places once, whoever asks at the same time", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () => codeOf(book.start({ price: 0, depth: 5 }))),
    );
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(5);
    expect(new Set(outcomes)).toEqual(new Set(["ok", "queue_full"]));
  });
});

describe("open generations (K14)", () => {
  it("are never more than a user may have, whether they wait or are being made", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 48 }, async (_, index) => {
        if (index % 4 === 0) await book.claim();
        return codeOf(book.start({ user: "greedy", price: 0, open: 20 }));
      }),
    );
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(20);
  });
});

describe("caps that change", () => {
  it("count for everybody from the moment they are told, up and down", async () => {
    await wait(8, { provider: "tripo" });
    await book.caps({ provider: "tripo", concurrency: 2 });
    const first = await claimAll();
    expect(first).toHaveLength(2);
    await book.caps({ provider: "tripo", concurrency: 4 });
    const second = await claimAll();
    expect(second).toHaveLength(2);
    await book.caps({ provider: "tripo", concurrency: 1 });
    await book.finish(first[0] as Claimed);
    expect(await book.claim()).toBeUndefined();
    await book.caps();
    expect(await claimAll()).toHaveLength(4);
  });
});
