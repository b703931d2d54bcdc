import { expect, it, vi } from "vitest";
import type { Claimed } from "../testing/generations/book.ts";
import { bookAndShop } from "../testing/generations/book-and-shop.ts";
import { scriptedProvider } from "../testing/generations/scripted-provider.ts";

// What a sweep names belongs to nobody, and what a claim took belongs to its worker for as long as the lease.

vi.setConfig({ testTimeout: 60_000 });

const { test, book, openShop } = bookAndShop();

/** Eight that were accepted and wait, made by a process that is gone. */
async function leftBehind(provider: string): Promise<string[]> {
  const started = await Promise.all(Array.from({ length: 8 }, () => book.start({ provider })));
  return started.map(({ id }) => id);
}
const ended = "select id from genbff.generations where status = 'complete'";

it("C18: what a sweep had named when its process died is named to the next one, and made once", async () => {
  const ids = await leftBehind("vendor");
  const vendor = scriptedProvider();
  const shop = await openShop({ providers: { vendor: vendor.port }, price: 1 });
  const dying = await shop.openMortal({ at: "genbff_sweep", when: "after" });
  await dying.died;
  expect(vendor.submissions).toEqual([]);
  await shop.open();
  await vi.waitFor(async () => expect(await test.query(ended)).toHaveLength(ids.length), { timeout: 30_000 });
  expect(vendor.submissions.map(({ generationId }) => generationId).sort()).toEqual(ids.sort());
});

it("C18: a batch that was claimed by a process that died is taken again when its leases have run out", async () => {
  const ids = await leftBehind("vendor");
  const batch = { p_worker: "dead", p_count: 8, p_lease_ms: 1 };
  const claimed = (await test.database.call("genbff_claim", batch)) as unknown as Claimed[];
  expect(claimed.map(({ id }) => id).sort()).toEqual(ids.sort());
  const vendor = scriptedProvider();
  const shop = await openShop({ providers: { vendor: vendor.port }, price: 1 });
  await shop.open();
  await vi.waitFor(async () => expect(await test.query(ended)).toHaveLength(ids.length), { timeout: 30_000 });
  // A death uses up its attempt: each is sent by its second one, once.
  expect(vendor.submissions.every(({ attempt }) => attempt === 2)).toBe(true);
  expect(vendor.submissions).toHaveLength(ids.length);
});

it("names nobody who may not start: a full provider costs the others no claims", async () => {
  await book.caps({ provider: "full", concurrency: 1 });
  // Nobody has had a turn yet: then the names decide who is first.
  await Promise.all(["ada", "bob", "cy"].map((user) => book.start({ provider: "full", user, price: 0 })));
  const { id: free } = await book.start({ provider: "free", user: "zoe", price: 0 });
  const due = async () => ((await book.call("sweep", { p_count: 100 })).due as string[]).length;
  expect(await due()).toBe(4);
  const running = (await book.claim()) as Claimed;
  expect(running.provider).toBe("full");
  expect((await book.call("sweep", { p_count: 100 })).due).toEqual([free]);
  await book.fail(running);
  expect(await due()).toBe(3);
});
