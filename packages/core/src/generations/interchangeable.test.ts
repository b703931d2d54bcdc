import { expect, it } from "vitest";
import { createTestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop } from "../testing/generations/scripted-shop.ts";

// Two requests and one job: at a vendor whose list is all that says what was bought, and at one that answers both with it.

it("lets one that finds the other's job keep it, and the other look for its own", async () => {
  const test = await createTestDatabase();
  const sold: string[] = [];
  const secondIsSold = Promise.withResolvers<void>();
  const secondIsAnswered = Promise.withResolvers<void>();
  const vendor = scriptedProvider({
    async submit(_job, count) {
      // The first request is lost on its way; the second is sold, and its answer takes long.
      if (count === 1) throw failure("unknown");
      const key = crypto.randomUUID();
      sold.push(key);
      secondIsSold.resolve();
      if (sold.length === 1) await secondIsAnswered.promise;
      return running(key, 10);
    },
    check: async () => picture(),
    port: {
      async lookup() {
        await secondIsSold.promise;
        return { candidates: sold.map((key) => ({ key })), conclusive: true };
      },
    },
  });
  const shop = await openScriptedShop(test, { providers: { vendor: vendor.port } });
  try {
    const process = await shop.open();
    const start = async (): Promise<string> =>
      (
        await process.ask("alice", "/generate/text-to-image", {
          task_id: crypto.randomUUID(),
          prompt: "a lamp",
        })
      ).json.generation_id;
    const first = await start();
    await expect.poll(() => vendor.submissions.length, { timeout: 20_000 }).toBe(1);
    const second = await start();
    expect(await shop.endOf(process, "alice", first)).toMatchObject({ status: "complete" });
    secondIsAnswered.resolve();
    expect(await shop.endOf(process, "alice", second)).toMatchObject({ status: "complete" });

    // What the first asked for was never sold: the second, whose job it has, buys it.
    expect(vendor.submissions.map(({ generationId }) => generationId)).toEqual([first, second, second]);
    const jobs = await test.query("select job_key from genbff.attempts where job_key is not null order by 1");
    expect(jobs.map(({ job_key }) => job_key)).toEqual(sold.toSorted());
    expect(await test.query("select from genbff.orphans where state = 'open'")).toEqual([]);
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
  } finally {
    await shop.close();
    await test.close();
  }
});

it("asks a vendor that gives two of them one job now and then, not all the time", async () => {
  const test = await createTestDatabase();
  const vendor = scriptedProvider({
    submit: () => running("the only one", 10),
    check: async () => picture(),
    port: { idempotencyKeyLifetimeMs: 3_600_000 },
  });
  const shop = await openScriptedShop(test, { providers: { vendor: vendor.port } });
  try {
    const process = await shop.open();
    const body = () => ({ task_id: crypto.randomUUID(), prompt: "a lamp" });
    expect(await shop.make(process, "alice", "text-to-image", body())).toMatchObject({ status: "complete" });
    const { json } = await process.ask("alice", "/generate/text-to-image", body());
    const resent = async () => {
      const [row] = await test.query<{ times: number }>(
        "select coalesce((retries ->> 'resend')::int, 0) as times from genbff.generations where id = $1",
        [json.generation_id],
      );
      return row?.times ?? 0;
    };
    await expect.poll(resent, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    const sent = vendor.submissions.filter(({ generationId }) => generationId === json.generation_id).length;
    expect(sent).toBeLessThanOrEqual((await resent()) + 1);
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
  } finally {
    await shop.close();
    await test.close();
  }
});
