import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type RunStage, render } from "../src/pipeline/run.ts";
import { ada, lin, openRenderApp, type RenderApp } from "./render-app.ts";

let app: RenderApp;
/** What each stage waits for before it begins. */
let gate: Promise<void> = Promise.resolve();
let running = 0;
let together = 0;
const ran: string[] = [];

beforeAll(async () => {
  app = await openRenderApp({
    queueDepth: 10,
    run: async (input, runStage) => {
      running += 1;
      together = Math.max(together, running);
      try {
        return await render(input, (async (stage, work) => {
          ran.push(stage);
          return runStage(stage, async (signal) => {
            await Promise.race([gate, aborted(signal)]);
            return work(signal);
          });
        }) as RunStage);
      } finally {
        running -= 1;
      }
    },
  });
});
afterAll(async () => {
  expect(await app.test.database.call("genbff_violations", {})).toEqual([]);
  await app.close();
});

const aborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
/** The photo itself for a texture: the shortest of renders. */
const submit = (user = ada, texture = "wall.png") =>
  app.ask(user, "/render/jobs", {
    image_url: `${app.pictures}/wall.png`,
    texture_url: `${app.pictures}/${texture}`,
  });

it("runs ten jobs of two users one after the other, and takes no eleventh meanwhile", async () => {
  const { promise, resolve: open } = Promise.withResolvers<void>();
  gate = promise;
  const first = await submit();
  await vi.waitUntil(() => running === 1, { timeout: 20_000 });
  const waiting = await Promise.all(Array.from({ length: 10 }, (_, index) => submit(index % 2 ? lin : ada)));
  expect([first, ...waiting].map(({ status }) => status)).toEqual(Array(11).fill(201));
  expect(await submit()).toEqual({ status: 503, body: { error: "queue_full" } });
  // Time for a second one to begin, if it could.
  await setTimeout(300);
  open();
  const ends = await Promise.all([
    app.ended(ada, first.body.job_id),
    ...waiting.map(({ body }, index) => app.ended(index % 2 ? lin : ada, body.job_id)),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(Array(11).fill("completed"));
  expect(together).toBe(1);
});

it("stops within a stage when the user cancels, and the next one begins", async () => {
  gate = new Promise(() => undefined);
  ran.length = 0;
  const { body } = await submit(ada, "tiles.jpg");
  await vi.waitUntil(() => ran.length === 1, { timeout: 20_000 });
  await app.ask(ada, `/api/generations/${body.job_id}/cancel`, {});
  expect(await app.ended(ada, body.job_id)).toMatchObject({ status: "failed", error_code: "pipeline_error" });
  expect(ran).toEqual(["segment"]);
  gate = Promise.resolve();
  const next = await submit();
  expect(await app.ended(ada, next.body.job_id)).toMatchObject({ status: "completed" });
});
