import { expect, it, vi } from "vitest";
import { startPostgres } from "../testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../testing/embedded/test-database.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process } from "../testing/generations/scripted-shop.ts";

// A Postgres of this test's own, stopped as a crash stops it and started again, twice, under two processes that live on.

it("goes on where Postgres was away, with everything bought once and everything asked for once", async () => {
  const server = await startPostgres({ synchronous_commit: "on" });
  const test = await createTestDatabase({ server: server.url });
  let finished = false;
  const vendor = scriptedProvider({
    submit: (job) => running(job.generationId, 20),
    check: async ({ key }) => (finished ? picture() : running(key, 20)),
  });
  const shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port },
    limits: { leaseMs: 3000 },
  });
  try {
    const [one, two] = [await shop.open(), await shop.open()];
    const start = async (process: Process, index: number): Promise<string> => {
      for (;;) {
        const body = { task_id: `task-${index}`, prompt: "a lamp" };
        const key = { "idempotency-key": `key-${index}` };
        const { status, json } = await process.ask("alice", "/generate/text-to-image", body, key);
        if (status === 202) return json.generation_id;
        // As a client does, with the same key: a 503 does not say whether it was written.
        expect(status).toBe(503);
      }
    };
    const early = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => start(index % 2 ? one : two, index)));
    await vi.waitFor(
      async () =>
        expect(await test.query("select from genbff.generations where step = 'submitted'")).toHaveLength(6),
      { timeout: 20_000 },
    );

    const restart = async () => {
      await server.halt("immediate");
      await server.resume();
    };
    const restarted = restart();
    const late = await Promise.all([6, 7, 8].map((index) => start(index % 2 ? one : two, index)));
    await restarted;
    await restart();
    finished = true;

    for (const id of early) {
      await vi.waitFor(
        async () =>
          expect((await one.ask("alice", `/tasks/${id}/status`)).json).toMatchObject({ status: "complete" }),
        { timeout: 30_000, interval: 100 },
      );
    }
    // What was being sent in that very moment may have lost its answer: then it is unpaid, and never sent again.
    for (const id of late)
      await vi.waitFor(
        async () => {
          const { json } = await two.ask("alice", `/tasks/${id}/status`);
          expect([json.status, json.error?.error]).toBeOneOf([
            ["complete", undefined],
            ["failed", "submission_unknown"],
          ]);
        },
        { timeout: 30_000, interval: 100 },
      );
    expect(await test.query("select from genbff.generations")).toHaveLength(9);
    const sent = vendor.submissions.map(({ generationId }) => generationId);
    expect(new Set(sent).size).toBe(sent.length);
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
  } finally {
    await shop.close();
    await test.close();
    await server.stop();
  }
}, 120_000);
