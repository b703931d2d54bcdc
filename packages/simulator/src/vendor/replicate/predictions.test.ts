import { validateBytes } from "gltf-validator";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { FaultRule } from "../../faults/rule.ts";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";
import { type Clock, stopClock } from "../../testing/clock.ts";

const jobMs = 10_000;
const v1 = "/replicate/v1";
const flux = `${v1}/models/black-forest-labs/flux-schnell/predictions`;
const kontext = `${v1}/models/black-forest-labs/flux-kontext-pro/predictions`;
const small = { prompt: "a brass lamp", megapixels: "0.25", seed: 7 };
const hour = 3_600_000;
let clock: Clock;
let simulator: Simulator;
let buyer: Buyer;
let dataUri: string;
beforeAll(async () => {
  clock = stopClock();
  simulator = await startSimulator({ jobMs, canary: "zebra" });
  buyer = createBuyer(simulator, "r8_test");
  dataUri = `data:image/png;base64,${(await photo(96, 64)).toString("base64")}`;
});
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await simulator.close();
  vi.useRealTimers();
});

const fault = (...rules: FaultRule[]) => simulator.setFaults(rules);
const lastPurchase = () => simulator.purchases().at(-1);
async function create(
  input: object = small,
  path = flux,
  headers: Record<string, string> = {},
): Promise<Json> {
  return (await buyer.post(path, { input }, headers)).json();
}
async function read({ id }: Json): Promise<Json> {
  return (await buyer.get(`${v1}/predictions/${id}`)).json();
}
async function finished(input?: object, path?: string): Promise<Json> {
  const made = await create(input, path);
  clock.forward(jobMs);
  return read(made);
}
async function fateOf(rule: FaultRule, input?: object, path?: string): Promise<Json> {
  fault(rule);
  return finished(input, path);
}
async function versionOf(name: string): Promise<string> {
  return ((await (await buyer.get(`${v1}/models/${name}`)).json()) as Json).latest_version.id;
}
async function byVersion(name: string, input: object): Promise<Json> {
  const body = { version: await versionOf(name), input };
  const made = await (await buyer.post(`${v1}/predictions`, body)).json();
  clock.forward(jobMs);
  return read(made);
}
const link = (address: string) => fetch(address);

describe("a prediction", () => {
  it("starts, works and succeeds", async () => {
    const response = await buyer.post(flux, { input: small });
    const made = (await response.json()) as Json;
    const address = `${simulator.url}${v1}/predictions/${made.id}`;
    expect(response.status).toBe(201);
    expect(made).toMatchObject({
      id: expect.stringMatching(/^[a-z0-9]{26}$/),
      model: "black-forest-labs/flux-schnell",
      version: expect.stringMatching(/^[0-9a-f]{64}$/),
      input: small,
      status: "starting",
      output: null,
      error: null,
      source: "api",
      data_removed: false,
      started_at: null,
      completed_at: null,
      urls: {
        get: address,
        cancel: `${address}/cancel`,
        stream: expect.any(String),
        web: expect.any(String),
      },
    });
    expect(made).not.toHaveProperty("metrics");
    clock.forward(jobMs / 2);
    expect(await read(made)).toMatchObject({ status: "processing", output: null, completed_at: null });
    clock.forward(jobMs / 2);
    const done = await read(made);
    expect(done).toMatchObject({
      status: "succeeded",
      logs: "Running the model (zebra)\nDone",
      metrics: { predict_time: 8.5, total_time: 10 },
      output: [expect.stringContaining(`/replicate/delivery/zebra/${made.id}/out-0.webp`)],
    });
    expect(Date.parse(done.completed_at) - Date.parse(done.created_at)).toBe(jobMs);
  });

  it("has a list of outputs that grows while it works", async () => {
    const made = await create({ ...small, num_outputs: 4, output_format: "jpg", aspect_ratio: "16:9" });
    clock.forward(jobMs * 0.7);
    const partial = await read(made);
    expect([partial.status, partial.output.length]).toEqual(["processing", 2]);
    expect((await link(partial.output[1])).status).toBe(200);
    expect((await link(partial.output[1].replace("out-1", "out-3"))).status).toBe(404);
    clock.forward(jobMs);
    const { output } = await read(made);
    expect(output).toHaveLength(4);
    const picture = await link(output[3]);
    expect(picture.headers.get("content-type")).toBe("image/jpeg");
    expect(await sharp(await picture.bytes()).metadata()).toMatchObject({
      format: "jpeg",
      width: 688,
      height: 384,
    });
  });

  it("has one output, made from a picture in a data URI", async () => {
    const { output } = await finished({ prompt: "in ink", input_image: dataUri }, kontext);
    expect(typeof output).toBe("string");
    const metadata = await sharp(await (await link(output)).bytes()).metadata();
    expect(metadata).toMatchObject({ format: "png", width: 96, height: 64 });
  });

  it("has an object of outputs, or a text, by version", async () => {
    const model = await byVersion("firtoz/trellis", { images: [dataUri] });
    expect(model.output).toMatchObject({
      model_file: expect.stringContaining("model.glb"),
      color_video: null,
    });
    const report = await validateBytes(await (await link(model.output.model_file)).bytes());
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    expect(lastPurchase()?.usd).toBeCloseTo(0.0014 * 8.5);
    expect((await byVersion("andreasjansson/blip-2", { image: dataUri })).output).toContain("zebra");
  });

  it("is made by each name that a version has, and by a deployment", async () => {
    const version = await versionOf("black-forest-labs/flux-schnell");
    const name = "black-forest-labs/flux-schnell";
    for (const named of [version, `${name}:${version}`, name]) {
      const response = await buyer.post(`${v1}/predictions`, { version: named, input: small });
      expect(response.status).toBe(201);
    }
    expect((await create({ prompt: "x" }, `${v1}/deployments/genbff/kontext/predictions`)).model).toContain(
      "kontext",
    );
    const unofficial = await buyer.post(`${v1}/predictions`, { version: "firtoz/trellis", input: {} });
    expect([unofficial.status, ((await unofficial.json()) as Json).title]).toEqual([
      422,
      "Invalid version or not permitted",
    ]);
    expect((await buyer.post(`${v1}/models/firtoz/trellis/predictions`, { input: {} })).status).toBe(404);
  });

  it("is shown to the token that made it only", async () => {
    const { id } = await create();
    const stranger = createBuyer(simulator, "r8_other");
    expect((await stranger.get(`${v1}/predictions/${id}`)).status).toBe(404);
    const keyless = await buyer.get(`${v1}/predictions/${id}`, { authorization: "Key r8" });
    expect([keyless.status, ((await keyless.json()) as Json).title]).toEqual([401, "Unauthenticated"]);
  });

  it("is streamed as events", async () => {
    const made = await create({ ...small, num_outputs: 2 });
    const response = await fetch(made.urls.stream);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    clock.forward(jobMs);
    const text = await response.text();
    expect(text.match(/^event: \w+$/gm)).toEqual(["event: output", "event: output", "event: done"]);
    expect(text).toContain("/out-1.webp\n");
  });

  it("is listed in pages of a hundred, newest first", async () => {
    const account = createBuyer(simulator, "r8_many");
    const ids: string[] = [];
    for (let turn = 0; turn < 103; turn++) {
      const made = (await (await account.post(flux, { input: small })).json()) as Json;
      ids.unshift(made.id);
    }
    const page = async (address: string) =>
      (await (await account.get(address.replace(simulator.url, ""))).json()) as Json;
    const first = await page(`${v1}/predictions`);
    expect(first.results.map(({ id }: Json) => id)).toEqual(ids.slice(0, 100));
    expect(first.previous).toBeNull();
    const second = await page(first.next);
    expect(second.results.map(({ id }: Json) => id)).toEqual(ids.slice(100));
    expect(second.next).toBeNull();
    expect((await page(second.previous)).results).toHaveLength(100);
    expect((await account.get(`${v1}/predictions?cursor=nonsense`)).status).toBe(422);
  });
});

describe("waiting", () => {
  const waiting = async (header: string, ms: number) => {
    const before = simulator.purchases().length;
    const answer = buyer.post(flux, { input: small }, { prefer: header });
    await expect.poll(() => simulator.purchases().length).toBe(before + 1);
    clock.forward(ms);
    const response = await answer;
    return { code: response.status, ...((await response.json()) as Json) };
  };

  it("ends in 201 with the output, or in 202 without", async () => {
    expect(await waiting("wait", jobMs)).toMatchObject({ code: 201, status: "succeeded", error: null });
    expect(await waiting("wait=5", 5000)).toMatchObject({ code: 202, status: "processing", output: null });
  });

  it("is for one minute at most, whatever the header's pattern admits", async () => {
    const slow = await startSimulator({ jobMs: 600_000 });
    const answer = createBuyer(slow).post(flux, { input: small }, { prefer: "wait=99" });
    await expect.poll(() => slow.purchases().length).toBe(1);
    clock.forward(60_000);
    expect((await answer).status).toBe(202);
    await slow.close();
    for (const header of ["wait=0", "wait=100", "respond-async"]) {
      expect((await buyer.post(flux, { input: small }, { prefer: header })).status).toBe(400);
    }
  });
});

describe("an end before the end", () => {
  const cancel = async ({ urls }: Json): Promise<Json> =>
    (await fetch(urls.cancel, { method: "POST", headers: { authorization: "Bearer r8_test" } })).json();

  it("is canceled by the customer, and changes nothing after the end", async () => {
    const made = await create();
    clock.forward(jobMs / 2);
    expect((await cancel(made)).status).toBe("canceled");
    clock.forward(jobMs);
    expect(await read(made)).toMatchObject({ status: "canceled", metrics: { predict_time: 3.5 } });
    expect(lastPurchase()?.refunded).toBe(true);
    const done = await finished();
    expect((await cancel(done)).status).toBe("succeeded");
    expect(lastPurchase()?.refunded).toBe(false);
  });

  it("may be asked for in vain", async () => {
    fault({ kind: "cancel_ignored" });
    const made = await create();
    expect((await cancel(made)).status).toBe("starting");
    clock.forward(jobMs);
    expect((await read(made)).status).toBe("succeeded");
  });

  it("is aborted or canceled by Cancel-After, as it had started or not", async () => {
    const early = await create(small, flux, { "cancel-after": "1s" });
    const late = await create(small, flux, { "cancel-after": "5s" });
    expect(Date.parse(early.deadline) - Date.parse(early.created_at)).toBe(1000);
    clock.forward(1000);
    expect([(await read(early)).status, (await read(late)).status]).toEqual(["aborted", "starting"]);
    clock.forward(4000);
    expect([(await read(early)).status, (await read(late)).status]).toEqual(["aborted", "canceled"]);
    expect((await read(early)).started_at).toBeNull();
    expect((await buyer.post(flux, { input: small }, { "cancel-after": "soon" })).status).toBe(400);
  });

  it("bills hardware for the time that was used", async () => {
    const version = await versionOf("firtoz/trellis");
    const order = { version, input: { images: [dataUri] } };
    const made = (await (await buyer.post(`${v1}/predictions`, order)).json()) as Json;
    clock.forward(jobMs / 2);
    await cancel(made);
    expect(lastPurchase()?.refunded).toBe(false);
    const unused = (await (await buyer.post(`${v1}/predictions`, order)).json()) as Json;
    await cancel(unused);
    expect(lastPurchase()?.refunded).toBe(true);
  });

  it("is removed with all its data after an hour", async () => {
    const done = await finished();
    expect((await link(done.output[0])).status).toBe(200);
    clock.forward(hour);
    expect(await read(done)).toMatchObject({
      data_removed: true,
      input: {},
      output: null,
      logs: null,
      status: "succeeded",
    });
    expect((await link(done.output[0])).status).toBe(404);
  });
});

describe("what becomes of a prediction", () => {
  it.each(["input", "output", "task"])(
    "fails with the model's own words for its content: %s",
    async (stage) => {
      const failed = await fateOf({ kind: "moderated", stage });
      expect(failed).toMatchObject({ status: "failed", output: null });
      expect(failed.error).toContain("NSFW content detected");
      expect(lastPurchase()?.refunded).toBe(true);
      expect((await fateOf({ kind: "moderated", stage }, { prompt: "x" }, kontext)).error).toContain(
        "(E005)",
      );
    },
  );

  it("is a blurred picture that is called a success", async () => {
    const sharpnessOf = async ({ output }: Json) =>
      (
        await sharp(await (await link(output[0])).bytes())
          .greyscale()
          .stats()
      ).sharpness;
    const honest = await sharpnessOf(await finished());
    const caught = await fateOf({ kind: "moderated", stage: "placeholder" });
    expect(caught.status).toBe("succeeded");
    expect(await sharpnessOf(caught)).toBeLessThan(honest);
  });

  it("fails, cancels itself, aborts, or has a status that nobody knows", async () => {
    expect(await fateOf({ kind: "job_failed" })).toMatchObject({
      status: "failed",
      error: expect.any(String),
    });
    expect((await fateOf({ kind: "job_cancelled" })).status).toBe("canceled");
    expect((await fateOf({ kind: "job_cancelled", variant: "aborted" })).status).toBe("aborted");
    expect(lastPurchase()?.refunded).toBe(true);
    expect((await fateOf({ kind: "job_cancelled", variant: "completes" })).status).toBe("succeeded");
    expect((await fateOf({ kind: "unknown_status", forever: true })).status).toBe("pondering");
  });

  it("has no outputs in every shape", async () => {
    expect((await fateOf({ kind: "no_outputs" })).output).toEqual([]);
    expect((await fateOf({ kind: "no_outputs" }, { prompt: "x" }, kontext)).output).toBeNull();
  });

  it("loses its files before their time, and then all its data", async () => {
    const done = await fateOf({ kind: "link_expired" });
    expect(done).toMatchObject({ data_removed: false, output: [expect.any(String)] });
    expect((await link(done.output[0])).status).toBe(404);
    expect(await read(done)).toMatchObject({ data_removed: true, output: null });
  });

  it("fails for good when it is told to while it is watched", async () => {
    const made = await create();
    clock.forward(jobMs / 2);
    fault({ kind: "job_failed", on: "read" });
    expect((await read(made)).status).toBe("failed");
    expect((await read(made)).status).toBe("failed");
    expect(lastPurchase()?.refunded).toBe(true);
  });

  it("fails where its input cannot be had", async () => {
    const input = { prompt: "x", input_image: "https://example.com/a.png" };
    expect(await finished(input, kontext)).toMatchObject({ status: "failed", error: /download/ });
    const text = `data:image/png;base64,${Buffer.from("no picture").toString("base64")}`;
    expect((await finished({ prompt: "x", input_image: text }, kontext)).error).toContain("identify");
  });

  it("goes back to work after its end, and has odd outputs", async () => {
    const made = await create();
    await read(made);
    fault({ kind: "status_backwards", variant: "complete" });
    clock.forward(jobMs);
    const looks = [await read(made), await read(made), await read(made)].map(({ status }) => status);
    expect(looks).toEqual(["starting", "succeeded", "succeeded"]);
    fault({ kind: "odd_outputs", variant: "too_many" });
    expect((await read(made)).output).toHaveLength(3);
  });
});
