import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { previewEvent } from "../contract/event.ts";
import { generationStatus } from "../contract/generation.ts";
import type { ProviderAnswer, ProviderJob, SubmitContext } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, scriptedProvider, streamOf } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { readEvents } from "../testing/read-events.ts";
import { tinyPng } from "../testing/test-studio.ts";
import { sweepPreviews } from "./previews.ts";

// What a provider may tell, and be told, while its submission runs.

type Work = (given: SubmitContext, job: ProviderJob) => Promise<ProviderAnswer>;
let work: Work;
const vendor = scriptedProvider({ submit: (job, _, given) => work(given, job) });

let test: TestDatabase;
let shop: Shop;
let process: Process;
beforeAll(async () => {
  test = await createTestDatabase({ max: 16 });
  shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port },
    limits: { heartbeatMs: 50, previewsPerGeneration: 4 },
    signUp: 1000,
  });
});
beforeEach(async () => {
  process = await shop.open();
});
afterEach(() => process.bff.stop(2000));
afterAll(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const start = async (prompt = "a lamp") =>
  (await process.ask("alice", "/generate/text-to-image", { task_id: crypto.randomUUID(), prompt })).json
    .generation_id as string;
const statusOf = async (id: string) => (await process.ask("alice", `/tasks/${id}/status`)).json;
const eventsOf = async (id: string) => {
  const stream = `http://shop.test/api/tasks/${id}/events`;
  return readEvents(await process.bff.fetch(new Request(stream, { headers: { "x-user": "alice" } })));
};
const left = () => [...shop.storage.objects.keys()].filter((key) => key.startsWith("previews/"));
/** A promise, and what settles it. */
const gate = () => Promise.withResolvers<void>();

describe("a running submission", () => {
  it("is told of, with a progress that never falls", async () => {
    const done = gate();
    work = async ({ report }) => {
      report({ progress: 40, stage: "mixing paint" });
      report({ progress: 20, stage: "drawing" });
      await done.promise;
      return picture();
    };
    const id = await start();
    await expect.poll(() => statusOf(id)).toMatchObject({ progress: 40, stage: "mixing paint" });
    await expect
      .poll(() => statusOf(id), { timeout: 5000 })
      .toMatchObject({ progress: 40, stage: "drawing" });
    done.resolve();
    expect(await shop.endOf(process, "alice", id)).toMatchObject({ status: "complete", stage: null });
  });

  it("hears that the user wants it stopped: what stops is cancelled and paid nothing", async () => {
    const begun = gate();
    work = ({ cancelled }) => {
      begun.resolve();
      return new Promise((resolve) => {
        cancelled.addEventListener("abort", () =>
          resolve({ state: "refused", error: failure("refused", { code: "cancelled" }) }),
        );
      });
    };
    const id = await start();
    await begun.promise;
    expect((await process.ask("alice", `/generations/${id}/cancel`, {})).json).toMatchObject({
      status: "processing",
      cancel_requested: true,
    });
    expect(await shop.endOf(process, "alice", id)).toMatchObject({
      status: "cancelled",
      error: { error: "cancelled" },
      credits: { held: 0, charged: 0 },
    });
    expect(await test.query("select from genbff.orphans where generation_id = $1", [id])).toEqual([]);
  });

  it("that goes on to its end is charged as delivered, and one that nobody stopped has failed", async () => {
    const [begun, done] = [gate(), gate()];
    work = async () => {
      begun.resolve();
      await done.promise;
      return picture();
    };
    const id = await start();
    await begun.promise;
    await process.ask("alice", `/generations/${id}/cancel`, {});
    done.resolve();
    expect(await shop.endOf(process, "alice", id)).toMatchObject({
      status: "complete",
      credits: { charged: 5 },
    });

    work = async () => {
      throw failure("refused", { code: "cancelled" });
    };
    expect(await shop.endOf(process, "alice", await start())).toMatchObject({
      status: "failed",
      error: { error: "provider_failed" },
    });
  });
});

describe("an unfinished picture", () => {
  it("is stored, told as an event and in the status, and gone with the end", async () => {
    const [shown, done] = [gate(), gate()];
    work = async ({ preview }) => {
      await preview(0, streamOf(tinyPng));
      await preview(0, streamOf(tinyPng));
      shown.resolve();
      await done.promise;
      return picture();
    };
    const id = await start();
    const watching = eventsOf(id);
    await shown.promise;
    const now = generationStatus.parse(await statusOf(id));
    expect(now.previews).toEqual([
      {
        index: 0,
        url: `memory://previews/${id}/1.png?signed`,
        content_type: "image/png",
        width: 1,
        height: 1,
      },
    ]);
    expect(left().sort()).toEqual([`previews/${id}/0.png`, `previews/${id}/1.png`]);
    done.resolve();
    expect(await shop.endOf(process, "alice", id)).toMatchObject({ status: "complete", previews: [] });
    await expect.poll(left).toEqual([]);

    const events = await watching;
    const previews = events.filter(({ event }) => event === "preview");
    expect(previews.length).toBeLessThanOrEqual(2);
    for (const { id: version, data } of previews)
      expect(previewEvent.parse(data)).toMatchObject({
        generation_id: id,
        index: 0,
        version: Number(version),
      });
    expect(JSON.stringify(events)).not.toContain("base64");
    // Seen from its beginning by somebody who resumes, both are there, in their order and before the end.
    const again = await process.bff.fetch(
      new Request(`http://shop.test/api/tasks/${id}/events`, {
        headers: { "x-user": "alice", "last-event-id": "1" },
      }),
    );
    expect((await readEvents(again)).map(({ event }) => event)).toEqual(
      expect.arrayContaining(["preview", "preview", "generation"]),
    );
    expect(await test.query("select from genbff.previews")).toEqual([]);
  });

  it("that is none, that is one too many, or that breaks off, harms nothing", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("cut")),
    });
    work = async ({ preview }) => {
      await preview(0, streamOf(new TextEncoder().encode("<html>no picture</html>")));
      await preview(0, broken);
      await preview(7, streamOf(tinyPng));
      for (let count = 0; count < 6; count++) await preview(0, streamOf(tinyPng));
      return picture();
    };
    const id = await start();
    expect(await shop.endOf(process, "alice", id)).toMatchObject({ status: "complete" });
    const shown = await test.query(
      "select from genbff.events where generation_id = $1 and snapshot ? 'preview'",
      [id],
    );
    // Of four names two went to what was none.
    expect(shown).toHaveLength(2);
    await expect.poll(left).toEqual([]);
  });

  it("that a dead worker left behind is swept", async () => {
    const dying = await shop.openMortal({ at: "genbff_finish", when: "after" });
    await process.bff.stop(2000);
    work = async ({ preview }) => {
      await preview(0, streamOf(tinyPng));
      return picture();
    };
    const started = await dying.ask("alice", "/generate/text-to-image", { task_id: "left", prompt: "x" });
    process = await shop.open();
    await shop.endOf(process, "alice", started.json.generation_id);
    expect(left()).toHaveLength(1);
    const ports = { database: test.database, storage: shop.storage };
    expect(await sweepPreviews(ports)).toBe(0);
    await test.query("alter table genbff.generations disable trigger all");
    await test.query("update genbff.generations set completed_at = completed_at - interval '11 minutes'");
    await test.query("alter table genbff.generations enable trigger all");
    expect(await sweepPreviews(ports)).toBe(1);
    expect(left()).toEqual([]);
    expect(await sweepPreviews(ports)).toBe(0);
  });
});
