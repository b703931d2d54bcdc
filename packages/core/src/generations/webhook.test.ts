import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";
import { mortalDatabase } from "../testing/generations/mortal-database.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop } from "../testing/generations/scripted-shop.ts";

// What a provider tells us is a hint with a memory: it may come early, twice, late, or for nobody.

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

const tell = (key: string, event: string = randomUUID()) =>
  book.call("webhook", { p_provider: "tripo", p_event_id: event, p_job_key: key, p_payload: { key } });
const told = { p_provider: "tripo", p_event_id: "event", p_payload: {} };
const accepted = (key: string) => ({ step: "submitted", outcome: "accepted", job: { key } });

async function sent(): Promise<Claimed> {
  await book.start({ provider: "tripo" });
  const claimed = (await book.claim()) as Claimed;
  await book.intent(claimed);
  return claimed;
}
/** So far ahead that no machine is slow enough to come near it. */
const hourMs = 3_600_000;
/** Seconds until it is looked at. */
const dueIn = async (id: string) => {
  const [row] = await test.query<{ s: string }>(
    "select extract(epoch from next_run_at - genbff.now()) as s from genbff.generations where id = $1",
    [id],
  );
  return Number(row?.s);
};
const heardOf = (id: string) => test.query("select from genbff.webhook_inbox where generation_id = $1", [id]);

it("makes the generation due at once, and a second telling changes nothing", async () => {
  const claimed = await sent();
  await book.record(claimed, accepted("job"), hourMs);
  expect(await dueIn(claimed.id)).toBeGreaterThan(3000);
  expect(await tell("job", "event")).toEqual({ duplicate: false, generation_id: claimed.id });
  expect(await dueIn(claimed.id)).toBeLessThanOrEqual(0);
  expect(await tell("job", "event")).toEqual({ duplicate: true });
  expect(await heardOf(claimed.id)).toHaveLength(1);
});

it("is remembered where it comes before the job is known, and heard when it is", async () => {
  const claimed = await sent();
  expect(await tell("early")).toMatchObject({ generation_id: null });
  expect(await book.record(claimed, accepted("early"), hourMs)).toMatchObject({ heard: true });
  expect(await dueIn(claimed.id)).toBeLessThanOrEqual(0);
  expect(await heardOf(claimed.id)).toHaveLength(1);
});

it("is never missed where both come at the same moment", async () => {
  const all = [];
  for (let index = 0; index < 24; index++) all.push(await sent());
  await Promise.all(
    all.flatMap((claimed, index) => {
      const key = `same-${index}`;
      const both = [() => tell(key), () => book.record(claimed, accepted(key), hourMs)];
      return (index % 2 ? both : both.reverse()).map((act) => act());
    }),
  );
  for (const { id } of all) {
    expect(await heardOf(id)).toHaveLength(1);
    expect(await dueIn(id)).toBeLessThanOrEqual(0);
  }
});

it("is not put off by a poll that was running while it came", async () => {
  const claimed = await sent();
  await book.record(claimed, accepted("job"), 0);
  const polling = (await book.take(claimed.id)) as Claimed;
  await tell("job");
  expect(await book.record(polling, { progress: 40 }, hourMs)).toMatchObject({ heard: true });
  expect(await dueIn(claimed.id)).toBeLessThanOrEqual(0);
  // The next look answers it: after that the pace is the provider's again.
  const again = (await book.take(claimed.id)) as Claimed;
  expect(await book.record(again, { progress: 50 }, hourMs)).toMatchObject({ heard: false });
  expect(await dueIn(claimed.id)).toBeGreaterThan(3000);
});

it("is not put off by whichever of the two commits first", async () => {
  const all = [];
  for (let index = 0; index < 24; index++) {
    const claimed = await sent();
    await book.record(claimed, accepted(`poll-${index}`), 0);
    all.push((await book.take(claimed.id)) as Claimed);
  }
  await Promise.all(
    all.flatMap((polling, index) => {
      const both = [() => tell(`poll-${index}`), () => book.record(polling, { progress: 40 }, hourMs)];
      return (index % 2 ? both : both.reverse()).map((act) => act());
    }),
  );
  for (const { id } of all) expect(await dueIn(id)).toBeLessThanOrEqual(0);
});

it("C15: a telling that died before its commit leaves nothing, and is taken when it comes again", async () => {
  const claimed = await sent();
  await book.record(claimed, accepted("job"), hourMs);
  const dying = mortalDatabase(test.database, { at: "genbff_webhook", when: "before" });
  void dying.call("genbff_webhook", { ...told, p_job_key: "job" });
  expect(dying.dead()).toBe(true);
  expect(await heardOf(claimed.id)).toHaveLength(0);
  expect(await dueIn(claimed.id)).toBeGreaterThan(3000);
  expect(await book.call("webhook", { ...told, p_job_key: "job" })).toMatchObject({ duplicate: false });
  expect(await dueIn(claimed.id)).toBeLessThanOrEqual(0);
});

it("C15: a telling that never comes again is made up for by the next poll", async () => {
  let finished = false;
  const vendor = scriptedProvider({
    submit: (job) => running(job.generationId, 10),
    check: async ({ key }) => (finished ? picture() : running(key, 10)),
  });
  const shop = await openScriptedShop(test, { providers: { tripo: vendor.port }, vendorsAreNamed: true });
  try {
    const process = await shop.open();
    const body = { task_id: "t", prompt: "a lamp" };
    const id = (await process.ask("alice", "/generate/text-to-image", body)).json.generation_id as string;
    await vi.waitFor(() => expect(vendor.submissions).toHaveLength(1), { timeout: 10_000 });
    const dying = mortalDatabase(test.database, { at: "genbff_webhook", when: "before" });
    void dying.call("genbff_webhook", { ...told, p_job_key: id });
    finished = true;
    expect(await shop.endOf(process, "alice", id)).toMatchObject({ status: "complete" });
    expect(await heardOf(id)).toHaveLength(0);
  } finally {
    await shop.close();
  }
});

it("C16: a telling whose answer got lost is there, and harmless when it comes again", async () => {
  const claimed = await sent();
  await book.record(claimed, accepted("job"), hourMs);
  const dying = mortalDatabase(test.database, { at: "genbff_webhook", when: "after" });
  void dying.call("genbff_webhook", { ...told, p_job_key: "job" });
  await vi.waitFor(() => expect(dying.dead()).toBe(true));
  expect(await heardOf(claimed.id)).toHaveLength(1);
  const due = (await book.take(claimed.id)) as Claimed;
  await book.finish(due);
  const before = await test.query("select * from genbff.generations");
  expect(await book.call("webhook", { ...told, p_job_key: "job" })).toEqual({ duplicate: true });
  expect(await test.query("select * from genbff.generations")).toEqual(before);
});

it("changes nothing after the end, and nothing for a job that is nobody's", async () => {
  const claimed = await sent();
  await book.record(claimed, accepted("done"));
  await book.finish(claimed);
  const before = await test.query("select * from genbff.generations");
  expect(await tell("done")).toMatchObject({ duplicate: false, generation_id: claimed.id });
  expect(await tell("nobody's")).toEqual({ duplicate: false, generation_id: null });
  expect(await test.query("select * from genbff.generations")).toEqual(before);
});

it("belongs to one provider: another one's job of the same name is not meant", async () => {
  const claimed = await sent();
  await book.record(claimed, accepted("twin"), hourMs);
  const others = { p_provider: "other", p_event_id: "e", p_job_key: "twin", p_payload: {} };
  expect(await book.call("webhook", others)).toMatchObject({ generation_id: null });
  expect(await dueIn(claimed.id)).toBeGreaterThan(3000);
});

it("K10: a hundred tellings while two processes poll: one result, one settlement", async () => {
  let finished = false;
  const vendor = scriptedProvider({
    submit: (job) => running(job.generationId, 10),
    check: async ({ key }) => (finished ? picture() : running(key, 10)),
  });
  const shop = await openScriptedShop(test, { providers: { tripo: vendor.port }, vendorsAreNamed: true });
  try {
    const [one, two] = [await shop.open(), await shop.open()];
    const started = await one.ask("alice", "/generate/text-to-image", { task_id: "t", prompt: "a lamp" });
    const id = started.json.generation_id as string;
    while (vendor.submissions.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        if (index === 50) finished = true;
        await tell(id, `event-${index % 60}`);
        await (index % 2 ? one : two).worker.advance(id);
      }),
    );
    expect(await shop.endOf(two, "alice", id)).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(await heardOf(id)).toHaveLength(60);
    expect(await test.query("select from genbff.transactions where kind = 'capture'")).toHaveLength(1);
    expect(vendor.submissions).toHaveLength(1);
    expect(shop.storage.objects.size).toBe(1);
  } finally {
    await shop.close();
  }
});
