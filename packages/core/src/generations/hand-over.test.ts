import { expect, it, vi } from "vitest";
import type { Claimed } from "../testing/generations/book.ts";
import { bookAndShop } from "../testing/generations/book-and-shop.ts";
import { picture, running, type Script, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import type { Process, Shop } from "../testing/generations/scripted-shop.ts";

vi.setConfig({ testTimeout: 30_000 });

// A worker that stops gives back what it holds. Leases of ten minutes: whoever goes on here has not waited for one.

const { test, book, openShop } = bookAndShop();

const lease = 600_000;
const handOver = (...claimed: Claimed[]) =>
  book.call("hand_over", {
    p_leases: claimed.map(({ id, lease_epoch }) => ({ generation_id: id, epoch: lease_epoch })),
  });
async function taken(): Promise<Claimed> {
  await book.start();
  return (await book.claim(lease)) as Claimed;
}

it("lets another worker go on at once, and uses up no attempt", async () => {
  const claimed = await taken();
  expect(await book.take(claimed.id)).toBeUndefined();
  expect(await handOver(claimed)).toEqual([claimed.id]);
  const { due } = (await book.call("sweep", { p_count: 10 })) as { due: string[] };
  expect(due).toEqual([claimed.id]);
  const next = (await book.take(claimed.id, lease)) as Claimed;
  expect(next).toMatchObject({ id: claimed.id, attempt: 1 });
  expect(next.lease_epoch).toBeGreaterThan(claimed.lease_epoch);
  await book.intent(next);
  expect(await book.finish(next)).toMatchObject({ status: "complete" });
});

it("leaves the old worker nothing that it could still write, before and after another takes it", async () => {
  const claimed = await taken();
  await book.intent(claimed);
  await handOver(claimed);
  const writeAll = async () => [
    await book.record(claimed, { step: "submitted" }, 0),
    await book.record(claimed, { step: "submitted" }),
    await book.finish(claimed),
    await book.fail(claimed),
    await book.intent(claimed),
    await book.call("heartbeat", {
      p_generation_id: claimed.id,
      p_epoch: claimed.lease_epoch,
      p_lease_ms: 1000,
    }),
    await book.call("adopt", {
      p_generation_id: claimed.id,
      p_epoch: claimed.lease_epoch,
      p_candidates: [{ key: "j" }],
    }),
  ];
  const row = () => test.query("select * from genbff.generations");
  const before = await row();
  expect(new Set(await writeAll())).toEqual(new Set([null]));
  expect(await row()).toEqual(before);
  const next = (await book.take(claimed.id)) as Claimed;
  const owned = await row();
  expect(new Set(await writeAll())).toEqual(new Set([null]));
  expect(await handOver(claimed)).toEqual([]);
  expect(await row()).toEqual(owned);
  await book.fail(next);
});

it("gives back only what its epoch holds: not what waits, not what has ended, not what is another's", async () => {
  const [waits, ended, others, ours] = [await taken(), await taken(), await taken(), await taken()];
  await book.record(waits, {}, 60_000);
  await book.finish(ended);
  const before = await test.query("select * from genbff.generations where id <> $1 order by id", [ours.id]);
  expect(await handOver(waits, ended, { ...others, lease_epoch: others.lease_epoch - 1 }, ours)).toEqual([
    ours.id,
  ]);
  expect(await test.query("select * from genbff.generations where id <> $1 order by id", [ours.id])).toEqual(
    before,
  );
  expect(await handOver(ours)).toEqual([]);
});

it("meets sweeps and ends of the same generations without a deadlock that anybody sees", async () => {
  const all: Claimed[] = [];
  for (let index = 0; index < 30; index++) all.push(await taken());
  await Promise.all([
    ...[0, 1, 2].map(() => handOver(...all)),
    ...[0, 1, 2].map(() => book.call("sweep", { p_count: 100 })),
    ...all.filter((_, index) => index % 3 === 0).map((claimed) => book.finish(claimed)),
  ]);
  expect(await test.query("select from genbff.generations where lease_expires_at is not null")).toEqual([]);
});

async function open(
  script: Script,
  around?: Parameters<Shop["open"]>[0],
): Promise<{ shop: Shop; vendor: ReturnType<typeof scriptedProvider>; one: Process; id: string }> {
  const vendor = scriptedProvider(script);
  const shop = await openShop({
    providers: { vendor: vendor.port },
    limits: { leaseMs: lease, heartbeatMs: lease, sweepMs: 1000 },
  });
  const one = await shop.open(around);
  const body = { task_id: "t", prompt: "a lamp" };
  const id = (await one.ask("alice", "/generate/text-to-image", body)).json.generation_id as string;
  return { shop, vendor, one, id };
}

it("a process that stops waits for the answer of what it has sent, and keeps it", async () => {
  const answer = Promise.withResolvers<void>();
  const { vendor, one, id } = await open({ submit: () => answer.promise.then(picture) });
  await vi.waitFor(() => expect(vendor.submissions).toHaveLength(1), { timeout: 10_000 });
  const stopped = one.bff.stop(60_000);
  answer.resolve();
  await stopped;
  const [row] = await test.query("select status, lease_owner from genbff.generations where id = $1", [id]);
  expect(row).toEqual({ status: "complete", lease_owner: null });
});

it("a process that stops breaks a poll off at once, and another one asks", async () => {
  let stops = false;
  const asked = Promise.withResolvers<void>();
  const { shop, vendor, one, id } = await open({
    submit: (job) => running(job.generationId, 10),
    check: async ({ key }, { signal }) => {
      if (stops) return picture();
      asked.resolve();
      await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      return running(key, 10);
    },
  });
  await asked.promise;
  stops = true;
  // It would wait an hour for a submission; there is none.
  await one.bff.stop(3_600_000);
  const two = await shop.open();
  expect(await shop.endOf(two, "alice", id)).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(1);
});

it("a submission without an answer when the grace ends is unknown to whoever takes over, and is not sent again", async () => {
  const answer = Promise.withResolvers<void>();
  const calls: string[] = [];
  const { shop, vendor, one, id } = await open(
    { submit: (job) => answer.promise.then(() => running(`late ${job.generationId}`, 10)) },
    // Its connections outlive it: what it still wants to write is refused by the database, not by its own end.
    () => ({
      ...test.database,
      call: (name, args) => test.database.call(name, args).finally(() => calls.push(name)),
      close: async () => undefined,
    }),
  );
  await vi.waitFor(() => expect(vendor.submissions).toHaveLength(1), { timeout: 10_000 });
  await one.bff.stop(0);
  const two = await shop.open();
  const end = await shop.endOf(two, "alice", id);
  expect(end).toMatchObject({ status: "failed", error: { error: "submission_unknown" } });
  const before = await test.query("select * from genbff.generations");
  answer.resolve();
  await vi.waitFor(() => expect(calls.slice(-2)).toEqual(["genbff_record", "genbff_orphan"]), {
    timeout: 10_000,
  });
  expect(await test.query("select * from genbff.generations")).toEqual(before);
  expect(await test.query("select job ->> 'key' as job from genbff.orphans order by id")).toEqual([
    { job: null },
    { job: `late ${id}` },
  ]);
  expect(vendor.submissions).toHaveLength(1);
});

it("a process that stops begins no purchase: what was being made ready is sent by another one", async () => {
  const { shop, vendor, one, id } = await open({ submit: picture });
  await one.bff.stop(60_000);
  const two = await shop.open();
  expect(await shop.endOf(two, "alice", id)).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(1);
});
