import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, codeOf, openBook } from "../testing/generations/book.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";

// The list of `reliability-spec.md` 4, as far as it is about generations: K2, K6, K7, K11, and the caps over processes.

let test: TestDatabase;
let book: Book;
let shop: Shop | undefined;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  book = openBook(test);
});
afterEach(async () => {
  await shop?.close();
  shop = undefined;
  expect(await book.violations()).toEqual([]);
  await test.close();
});

/** Three processes whose vendor takes `paceMs` for a picture. */
async function openThree(paceMs: number, caps = {}) {
  const vendor = scriptedProvider({
    async submit() {
      await new Promise((resolve) => setTimeout(resolve, paceMs));
      return picture();
    },
  });
  // Nobody's lease runs out here, however busy the machine is.
  const opened = await openScriptedShop(test, {
    providers: { vendor: vendor.port },
    caps,
    limits: { leaseMs: 60_000 },
  });
  shop = opened;
  const processes = [await opened.open(), await opened.open(), await opened.open()];
  return { vendor, processes, process: (index: number) => processes[index % 3] as Process };
}

it("K2: one key, a thousand creates over three processes: one generation, one hold, one submission", async () => {
  const { vendor, process } = await openThree(10);
  const ids = new Set<string>();
  let replayed = 0;
  for (let batch = 0; batch < 10; batch++)
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const answer = await process(index).ask(
          "alice",
          "/generate/text-to-image",
          { task_id: "task", prompt: "a lamp" },
          { "idempotency-key": "k2" },
        );
        expect(answer.status).toBe(202);
        ids.add(answer.json.generation_id);
        if (answer.headers.get("idempotency-replayed") === "true") replayed++;
      }),
    );
  expect(ids.size).toBe(1);
  expect(replayed).toBe(999);
  await shop?.endOf(process(0), "alice", [...ids][0] as string);
  expect(await test.query("select from genbff.generations")).toHaveLength(1);
  expect(await test.query("select from genbff.holds")).toHaveLength(1);
  expect(vendor.submissions).toHaveLength(1);
}, 60_000);

it("K6: completing, cancelling and the deadline's sweep at once: one end, one settlement", async () => {
  const ends = new Set<string>();
  for (let round = 0; round < 24; round++) {
    const { user } = await book.start();
    const claimed = (await book.claim()) as Claimed;
    await book.intent(claimed);
    // Its lease and its time end about now, however long the machine has taken until here.
    await test.query(
      `update genbff.generations set (deadline_at, lease_expires_at) =
         (select at, at from (select genbff.now() + $2 * interval '1 millisecond' as at) soon) where id = $1`,
      [claimed.id, (round % 4) * 15 - 5],
    );
    await Promise.all([
      book.finish(claimed),
      ...Array.from({ length: 4 }, () => book.call("sweep", { p_count: 10 })),
      codeOf(book.call("cancel", { p_user_id: user, p_generation_id: claimed.id })),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await book.call("sweep", { p_count: 10 });
    const [row] = await test.query<{ status: string }>(
      "select status from genbff.generations where id = $1",
      [claimed.id],
    );
    ends.add(row?.status ?? "none");
    const posted = row?.status === "complete" ? 99 : 100;
    expect(await book.call("balance", { p_wallet_id: user })).toMatchObject({ held: 0, posted });
    const last = await test.query(
      "select from genbff.events where generation_id = $1 and snapshot ->> 'completed_at' is not null",
      [claimed.id],
    );
    expect(last).toHaveLength(1);
  }
  expect([...ends].every((end) => ["complete", "failed"].includes(end))).toBe(true);
}, 60_000);

it("K7: three engines on one database: every generation is submitted once, by one of them", async () => {
  const { vendor, process } = await openThree(5);
  const ids = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const user = `user-${index % 6}`;
      const answer = await process(index).ask(user, "/generate/text-to-image", {
        task_id: `task-${index}`,
        prompt: "a lamp",
      });
      // Everybody is told of everything, several times.
      for (let nudge = 0; nudge < 3; nudge++) void process(nudge).worker.advance(answer.json.generation_id);
      return [user, answer.json.generation_id] as const;
    }),
  );
  for (const [user, id] of ids)
    expect(await shop?.endOf(process(0), user, id)).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(60);
  expect(new Set(vendor.submissions.map(({ generationId }) => generationId)).size).toBe(60);
}, 60_000);

it("K11: sixteen sweeps name the same ids, and each is taken once at each epoch", async () => {
  const started = await Promise.all(Array.from({ length: 12 }, () => book.start()));
  while ((await book.claim(50)) !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 80));
  const due = (await Promise.all(Array.from({ length: 16 }, () => book.call("sweep", { p_count: 100 })))).map(
    (swept) => swept.due as string[],
  );
  expect(due.every((ids) => ids.length === started.length)).toBe(true);
  const taken = (await Promise.all(due.flat().map((id) => book.take(id)))).filter(
    (claimed) => claimed !== undefined,
  );
  expect(taken).toHaveLength(started.length);
  expect(new Set(taken.map(({ id, lease_epoch }) => `${id} ${lease_epoch}`)).size).toBe(started.length);
  for (const claimed of taken) await book.fail(claimed);
});

it("a cap of four holds over three processes that all want more, whatever dies in between", async () => {
  const { vendor, process, processes } = await openThree(60, { vendor: { concurrency: 4 } });
  const ids = await Promise.all(
    Array.from({ length: 36 }, async (_, index) => {
      const user = `user-${index % 6}`;
      const answer = await process(index).ask(user, "/generate/text-to-image", {
        task_id: `task-${index}`,
        prompt: "a lamp",
      });
      return [user, answer.json.generation_id] as const;
    }),
  );
  await processes[2]?.bff.stop(0);
  for (const [user, id] of ids) await shop?.endOf(process(0), user, id);
  // Never more. Whether all four places are in use at one moment is up to the machine; that they are given is shown in caps.test.ts.
  expect(vendor.most()).toBeLessThanOrEqual(4);
  expect(vendor.most()).toBeGreaterThan(1);
  expect(vendor.submissions).toHaveLength(36);
}, 60_000);

it("counts as one of its vendor's for as long as the vendor works, not only while it is asked", async () => {
  let finished = false;
  const vendor = scriptedProvider({
    submit: (job) => running(job.generationId, 20),
    check: async ({ key }) => (finished ? picture() : running(key, 20)),
  });
  shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port },
    caps: { vendor: { concurrency: 2 } },
  });
  const process = await shop.open();
  const all = Array.from({ length: 6 }, () =>
    shop?.make(process, "alice", "text-to-image", { prompt: "a lamp" }),
  );
  await vi.waitFor(() => expect(vendor.submissions).toHaveLength(2), { timeout: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(vendor.submissions).toHaveLength(2);
  finished = true;
  for (const end of await Promise.all(all)) expect(end).toMatchObject({ status: "complete" });
  expect(vendor.submissions).toHaveLength(6);
});
