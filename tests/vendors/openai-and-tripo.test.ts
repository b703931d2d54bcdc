import type { InputFile, ProviderAnswer, ProviderJob, ProviderPort } from "@genbff/core";
import { openai, tripo } from "@genbff/providers";
import { type FaultRule, type Simulator, startSimulator } from "@genbff/simulator";
import { encode } from "fast-png";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { buy } from "../../packages/providers/src/conformance/buy.ts";
import { fileOf, fileOfBytes, jobOf } from "../../packages/providers/src/conformance/cases.ts";
import { submitContext } from "../../packages/providers/src/conformance/context.ts";

// The simulator paints real pictures, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let simulator: Simulator;
let image: ProviderPort;
let model: ProviderPort;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 120, canary: "CANARY" });
  image = imageProvider();
  model = modelProvider();
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

function imageProvider(timeoutMs = 20_000, partialImages = 0): ProviderPort {
  return openai({ apiKey: "sk-key", baseUrl: `${simulator.url}/openai/v1`, timeoutMs, partialImages });
}
function modelProvider(timeoutMs = 20_000): ProviderPort {
  const baseUrl = `${simulator.url}/tripo/v3`;
  return tripo({ apiKey: "tsk_key", baseUrl, timeoutMs, pollMs: 30, lookupSettleMs: 50 });
}

const context = submitContext();

let jobs = 0;
/** A job that nobody has asked for before, so that its purchases can be counted. */
function newJob(operation: string, files: readonly InputFile[] = [], outputs = 1): ProviderJob {
  const job = jobOf(operation, { prompt: `a lamp, number ${++jobs}`, n: outputs }, { files, outputs });
  return { ...job, clientReference: `ref-${jobs}` };
}
const purchasesOf = (job: ProviderJob) =>
  simulator.purchases().filter(({ client_reference }) => client_reference === job.clientReference);

async function firstPicture(): Promise<InputFile> {
  const job = newJob("text-to-image");
  const answer = await image.submit(job, await image.prepare(job, context), context);
  if (answer.state !== "done") throw new Error("It was not answered at once.");
  for await (const { source } of answer.outputs) {
    if (!("stream" in source)) continue;
    const bytes = await new Response(source.stream).bytes();
    const file = fileOf("input_image_asset_url", "");
    return { ...file, bytes: bytes.length, open: async () => new Blob([bytes]).stream() };
  }
  throw new Error("There was no picture.");
}

async function untilEnd(first: ProviderAnswer): Promise<ProviderAnswer> {
  let answer = first;
  while (answer.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, 30));
    answer = (await model.check?.(answer.reference, context)) as ProviderAnswer;
  }
  return answer;
}

async function download(answer: ProviderAnswer): Promise<Uint8Array> {
  if (answer.state !== "done") throw new Error("It is not done.");
  for await (const { source } of answer.outputs)
    if ("url" in source) return (await fetch(source.url)).bytes();
  throw new Error("There is no file.");
}

describe("against the simulator", () => {
  it("a photo becomes a picture, and the picture a model, bought once each", async () => {
    const edit = newJob("image-to-image", [await firstPicture()], 2);
    const bought = await buy(image, edit, context);
    expect(Object.keys(bought.outputs)).toEqual(["0", "1"]);
    expect(bought.outputs[0]).toContain("PNG");
    expect(bought.answer).toMatchObject({ cost: { unit: "usd", amount: expect.any(Number) } });
    expect(purchasesOf(edit)).toHaveLength(1);

    const shape = newJob("image-to-model", [await firstPicture(), await firstPicture()]);
    const answer = await model.submit(shape, await model.prepare(shape, context), context);
    const end = await untilEnd(answer);
    expect(end).toMatchObject({ state: "done", cost: { unit: "credits" } });
    expect(purchasesOf(shape)).toMatchObject([{ operation: "multiview_to_model" }]);
  });

  const unknown = { code: "submission_unknown", outcome: "unknown" };

  it("a masked picture is painted where the mask is white, and shown while it is unfinished", async () => {
    const picture = await firstPicture();
    const white = new Uint8Array(1024 * 1024).fill(255, 0, 1024 * 512);
    const mask = fileOfBytes(
      "input_mask_asset_url",
      encode({ width: 1024, height: 1024, data: white, channels: 1 }),
    );
    const job = newJob("image-inpaint", [picture, mask]);
    const previews: string[] = [];
    const showing = submitContext({
      preview: async (_, unfinished) => {
        previews.push(await new Response(unfinished).text());
      },
    });
    const { outputs, answer } = await buy(imageProvider(20_000, 2), job, showing);
    expect(previews).toHaveLength(2);
    expect([...previews, outputs[0]].every((text) => text?.includes("PNG"))).toBe(true);
    expect(answer).toMatchObject({ cost: { unit: "usd", amount: expect.any(Number) } });
    expect(purchasesOf(job)).toHaveLength(1);
  });

  it.each([
    [{ kind: "no_outputs" }, unknown, 1],
    [{ kind: "server_error", stage: "stream" }, unknown, 1],
    [{ kind: "moderated", stage: "stream" }, { code: "content_rejected", outcome: "refused" }, undefined],
    [{ kind: "truncated_body" }, unknown, 1],
    [{ kind: "drop_after_accept" }, unknown, 1],
    [{ kind: "hang", variant: "body" }, unknown, 1],
    [{ kind: "rate_limited", retryAfter: 4 }, { outcome: "refused", retryAfterMs: 4_000 }, 0],
  ] as [FaultRule, object, number | undefined][])("a stream with %j", async (fault, expected, purchases) => {
    simulator.setFaults([{ ...fault, vendor: "openai" }]);
    const job = newJob("text-to-image");
    const { error } = await buy(imageProvider(fault.kind === "hang" ? 1_000 : undefined, 1), job, context);
    expect(error).toMatchObject(expected);
    expect(`${error?.message} ${JSON.stringify(error?.details)}`).not.toContain("CANARY");
    if (purchases !== undefined)
      await expect.poll(() => purchasesOf(job), { timeout: 10_000 }).toHaveLength(purchases);
  });

  it("a task whose answer got lost is found and adopted; one that never was is proven absent", async () => {
    for (const kind of ["drop_after_accept", "drop_before_accept"] as const) {
      simulator.setFaults([{ vendor: "tripo", kind }]);
      const job = newJob("text-to-model");
      const { request } = await model.prepare(job, context);
      const intentAt = Date.now();
      await expect(model.submit(job, { request }, context)).rejects.toMatchObject(unknown);
      const lost = { request, clientReference: job.clientReference, intentAt };
      // The vendor's clock has whole seconds: until the next one nothing is proven.
      await expect
        .poll(() => model.lookup?.(lost, context), { timeout: 20_000 })
        .toMatchObject({
          candidates: purchasesOf(job).map(({ purchase_id }) => ({ key: purchase_id })),
          conclusive: true,
        });
    }
  });

  it.each([
    [{ kind: "job_failed" }, { code: "provider_failed", outcome: "failed" }],
    [
      { kind: "moderated", stage: "task" },
      { code: "content_rejected", outcome: "failed" },
    ],
    [{ kind: "no_outputs" }, { code: "provider_failed", outcome: "failed" }],
  ] as [FaultRule, object][])("a task that ends by %j", async (fault, expected) => {
    simulator.setFaults([{ ...fault, vendor: "tripo" }]);
    const job = newJob("text-to-model");
    const end = await untilEnd(await model.submit(job, await model.prepare(job, context), context));
    expect(end).toMatchObject({ state: "refused", error: expected });
  });

  /** A model that was made here, for what is made of it. */
  async function madeShape() {
    const job = newJob("text-to-model");
    const made = await untilEnd(await model.submit(job, await model.prepare(job, context), context));
    if (made.state !== "done" || made.reference === undefined) throw new Error("It was not made.");
    const { generationId, operation } = job;
    return { field: "draft_generation_id", generationId, operation, job: made.reference };
  }

  it("a model gets a new surface, and, brought along as a file, another format", async () => {
    const refinement = { ...newJob("refine-model"), drafts: [await madeShape()] };
    const refined = await untilEnd(
      await model.submit(refinement, await model.prepare(refinement, context), context),
    );
    expect(refined).toMatchObject({ state: "done", cost: { unit: "credits" } });
    expect(purchasesOf(refinement)).toMatchObject([{ operation: "texture_model" }]);

    const bytes = await download(refined);
    const file = fileOfBytes("input_model_asset_url", bytes, "model/gltf-binary");
    const plain = newJob("convert-model", [file]);
    const conversion = { ...plain, input: { format: "STL" } };
    const converted = await untilEnd(
      await model.submit(conversion, await model.prepare(conversion, context), context),
    );
    expect((await download(converted)).length).toBeGreaterThan(84);
    expect(purchasesOf(conversion)).toMatchObject([{ operation: "convert_model" }]);
  });

  it("a lost answer of work on a model is found by what it worked on", async () => {
    const job = { ...newJob("refine-model"), drafts: [await madeShape()] };
    simulator.setFaults([{ vendor: "tripo", kind: "drop_after_accept" }]);
    const { request } = await model.prepare(job, context);
    const intentAt = Date.now();
    await expect(model.submit(job, { request }, context)).rejects.toMatchObject(unknown);
    const lost = { request, clientReference: job.clientReference, intentAt };
    expect(await model.lookup?.(lost, context)).toMatchObject({
      candidates: purchasesOf(job).map(({ purchase_id }) => ({ key: purchase_id })),
    });
    expect(purchasesOf(job)).toHaveLength(1);
  });

  it("a status that nobody knows is only a longer wait", async () => {
    simulator.setFaults([{ vendor: "tripo", kind: "unknown_status", word: "pondering" }]);
    const job = newJob("text-to-model");
    const end = await untilEnd(await model.submit(job, await model.prepare(job, context), context));
    expect(end.state).toBe("done");
  });
});
