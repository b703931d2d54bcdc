import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Claimed, openBook } from "../testing/generations/book.ts";
import {
  failure,
  picture,
  running,
  type ScriptedProvider,
  scriptedProvider,
} from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Shop } from "../testing/generations/scripted-shop.ts";

// The one step that cannot be undone, and what a failure of it may cost: 2.4 of the specification, without a network.

let test: TestDatabase;
let shop: Shop | undefined;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
});
afterEach(async () => {
  await shop?.close();
  shop = undefined;
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const canary = "canary-51c0";

async function open(port: ScriptedProvider["port"], limits = {}): Promise<Shop> {
  shop = await openScriptedShop(test, { providers: { vendor: port }, limits });
  return shop;
}
/** Asks a vendor of its own for one picture, and waits for the end. */
async function make(port: ScriptedProvider["port"], limits = {}) {
  const opened = await open(port, limits);
  return opened.make(await opened.open(), "ada", "text-to-image", { prompt: "a lamp" });
}
const attempts = () => test.query("select attempt, outcome from genbff.attempts order by attempt");
const orphans = () => test.query("select reason, state from genbff.orphans order by id");

it("is never sent again where its answer was lost", async () => {
  const vendor = scriptedProvider({
    submit() {
      throw failure("unknown");
    },
  });
  // Time for whoever would try again: it must be nobody.
  expect(await make(vendor.port, { deadlineMs: 15_000 })).toMatchObject({
    status: "failed",
    error: { error: "submission_unknown" },
    credits: { held: 0, charged: 0 },
  });
  expect(vendor.submissions).toHaveLength(1);
  expect(await orphans()).toEqual([{ reason: "submission_unknown", state: "open" }]);
});

it("is never sent by whoever finds an intent without an answer", async () => {
  const vendor = scriptedProvider();
  const opened = await open(vendor.port);
  const book = openBook(test);
  const { id } = await book.start({ user: "ada", provider: "vendor", price: 0 });
  await book.intent((await book.claim(50)) as Claimed);
  await opened.open();
  await expect
    .poll(() => test.query("select error_code from genbff.generations where id = $1", [id]), {
      timeout: 10_000,
    })
    .toEqual([{ error_code: "submission_unknown" }]);
  expect(vendor.submissions).toEqual([]);
});

it("leaves an orphan where a provider failed without saying how", async () => {
  const vendor = scriptedProvider({
    submit() {
      throw new TypeError("cannot read properties of undefined");
    },
  });
  expect(await make(vendor.port)).toMatchObject({ error: { error: "submission_unknown" } });
  expect(await orphans()).toEqual([{ reason: "submission_unknown", state: "open" }]);
});

it("leaves no orphan of what was refused", async () => {
  const vendor = scriptedProvider({
    submit() {
      throw failure("refused");
    },
  });
  expect(await make(vendor.port)).toMatchObject({ status: "failed" });
  expect(await orphans()).toEqual([]);
});

it("costs no attempt where nothing was sent", async () => {
  const vendor = scriptedProvider({
    submit(_, count) {
      if (count === 1) throw failure("not_sent");
      return picture();
    },
  });
  expect(await make(vendor.port)).toMatchObject({ status: "complete" });
  expect(await attempts()).toEqual([{ attempt: 1, outcome: "done" }]);
});

it("believes no lists that may lag behind, however many, and adopts what the next one holds", async () => {
  let looks = 0;
  const vendor = scriptedProvider({
    submit() {
      throw failure("unknown");
    },
    check: async () => picture(),
  });
  const lookup = async () => {
    looks += 1;
    return looks <= 2
      ? { candidates: [], conclusive: false }
      : { candidates: [{ key: "j" }], conclusive: true };
  };
  expect(await make({ ...vendor.port, lookup })).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(1);
  expect(looks).toBe(3);
});

it("survives a question that failed: the job is asked for again, never bought again", async () => {
  let asked = 0;
  const vendor = scriptedProvider({
    submit: (job) => running(job.generationId, 10),
    async check() {
      asked += 1;
      if (asked === 1) throw failure("unknown");
      return picture();
    },
  });
  expect(await make(vendor.port)).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(1);
});

it("is adopted by the new owner where the lease was lost while the vendor was answering", async () => {
  const answer = Promise.withResolvers<void>();
  const vendor = scriptedProvider({
    async submit(job) {
      await answer.promise;
      return running(job.generationId, 10);
    },
    check: async () => picture(),
  });
  const lookup = async () => ({ candidates: [], conclusive: false });
  const opened = await open({ ...vendor.port, lookup }, { leaseMs: 600 });
  // A process that has stopped to renew its lease, as if it stood still, and still hears the vendor.
  const first = await opened.open((database) => ({
    ...database,
    call: (name, args) =>
      name === "genbff_heartbeat" ? new Promise(() => undefined) : database.call(name, args),
  }));
  const { json } = await first.ask("ada", "/generate/text-to-image", { task_id: "t", prompt: "a lamp" });
  while (vendor.submissions.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await opened.open();
  await expect
    .poll(() => test.query("select step from genbff.generations"), { timeout: 10_000 })
    .toEqual([{ step: "submit_unknown" }]);
  answer.resolve();
  await expect.poll(orphans, { timeout: 5000 }).toMatchObject([{ reason: "lease_lost" }]);
  expect(await opened.endOf(second, "ada", json.generation_id)).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(1);
  expect(await orphans()).toMatchObject([{ state: "adopted" }]);
}, 30_000);

it("keeps a vendor's words from the user, and its links from the log", async () => {
  const vendor = scriptedProvider({
    submit(_, count) {
      if (count === 1) throw failure("refused", { code: "content_rejected", message: canary });
      throw new Error(`https://vendor.example/job?signature=${canary}`);
    },
  });
  const opened = await open(vendor.port);
  const process = await opened.open();
  for (const code of ["content_rejected", "submission_unknown"]) {
    const end = await opened.make(process, "ada", "text-to-image", { prompt: "a lamp" });
    expect(end).toMatchObject({ status: "failed", error: { error: code } });
    expect(JSON.stringify(end)).not.toContain(canary);
  }
  const told = await test.query("select snapshot::text from genbff.events");
  expect(JSON.stringify(told)).not.toContain(canary);
  expect(opened.troubles.join("\n")).toContain("https://vendor.example/job?[redacted]");
  expect(opened.troubles.join("\n")).not.toContain(canary);
});
