import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validateBytes } from "gltf-validator";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Json, photo } from "../../testing/buyer.ts";

const headers = { authorization: "Key id:secret", "content-type": "application/json" };
const size = { width: 96, height: 64 };
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 1 });
});
afterAll(() => simulator.close());

const post = (path: string, body: unknown, more: object = {}) =>
  fetch(`${simulator.url}/fal${path}`, {
    method: "POST",
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  });
async function run(endpoint: string, input: object): Promise<{ status: number; body: Json }> {
  const response = await post(`/run/${endpoint}`, input);
  return { status: response.status, body: await response.json() };
}
const dataUri = async (width = 128, height = 96) =>
  `data:image/png;base64,${(await photo(width, height)).toString("base64")}`;

describe("an input", () => {
  it("is refused with all that is wrong with it, as the result of a request that cost nothing", async () => {
    const sent = await post("/queue/fal-ai/flux/dev", {
      image_size: { width: 5, height: "tall" },
      num_images: 9,
      num_inference_steps: 1.5,
      guidance_scale: "3",
      output_format: "webp",
      enable_safety_checker: "no",
      style: "bold",
    });
    expect(sent.status).toBe(200);
    const { response_url } = (await sent.json()) as Json;
    const read = () => fetch(response_url, { headers });
    await expect.poll(async () => (await read()).status).toBe(422);
    const { detail } = (await (await read()).json()) as Json;
    expect(detail.map(({ loc, type }: Json) => [loc.join("."), type])).toEqual([
      ["body.prompt", "missing"],
      ["body.image_size.width", "greater_than_equal"],
      ["body.image_size.height", "int_type"],
      ["body.num_inference_steps", "int_type"],
      ["body.guidance_scale", "float_type"],
      ["body.num_images", "less_than_equal"],
      ["body.enable_safety_checker", "bool_type"],
      ["body.output_format", "literal_error"],
      ["body.style", "extra_forbidden"],
    ]);
    expect(detail[1]).toMatchObject({ ctx: { ge: 64 }, input: 5, msg: expect.any(String) });
    expect(simulator.purchases()).toEqual([]);
  });

  it("may name its size, and is painted in it", async () => {
    const { body } = await run("fal-ai/flux/schnell", { prompt: "a sea", image_size: "square" });
    expect(body.images[0]).toMatchObject({ width: 512, height: 512, content_type: "image/jpeg" });
    const wrong = await run("fal-ai/flux/schnell", { prompt: "", image_size: "huge" });
    expect(wrong.body.detail.map(({ type }: Json) => type)).toEqual(["string_too_short", "literal_error"]);
  });

  it("is a picture in a data URI", async () => {
    const { status, body } = await run("fal-ai/flux/dev/image-to-image", {
      image_url: await dataUri(),
      prompt: "in ink",
    });
    expect([status, body.images[0].width, body.images[0].height]).toEqual([200, 128, 96]);
    const painted = await (await fetch(body.images[0].url)).bytes();
    expect(await sharp(painted).metadata()).toMatchObject({ format: "jpeg", width: 128, height: 96 });
  });

  it("is a picture that was uploaded before", async () => {
    const asked = await post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", {
      content_type: "image/png",
      file_name: "my photo.png",
    });
    const { upload_url, file_url } = (await asked.json()) as Json;
    const early = await run("fal-ai/flux/dev/image-to-image", { image_url: file_url, prompt: "in ink" });
    expect(early.body.detail[0].type).toBe("file_download_error");
    const bytes = await photo(128, 96);
    const put = await fetch(upload_url, { method: "PUT", body: new Uint8Array(bytes) });
    expect(put.status).toBe(200);
    const again = await fetch(file_url);
    expect(again.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await again.arrayBuffer()).equals(bytes)).toBe(true);
    const { status } = await run("fal-ai/flux/dev/image-to-image", { image_url: file_url, prompt: "in ink" });
    expect(status).toBe(200);
    const forged = await fetch(`${upload_url}x`, { method: "PUT", body: "x" });
    expect(forged.status).toBe(403);
  });

  it("has no place in the storage without a name and a type", async () => {
    const asked = await post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", {});
    expect(asked.status).toBe(422);
    expect((await post("/rest/storage/upload/initiate", { content_type: "a", file_name: "b" })).status).toBe(
      400,
    );
    const keyless = { authorization: "" };
    expect((await post("/rest/storage/upload/initiate", {}, keyless)).status).toBe(401);
  });

  it("is a list of pictures, neither empty nor too long", async () => {
    const edit = (image_urls: unknown) => run("fal-ai/nano-banana/edit", { prompt: "in ink", image_urls });
    const { body } = await edit([await dataUri(), await dataUri(64, 64)]);
    expect(body.images[0]).toMatchObject({ width: 128, height: 96 });
    expect((await fetch(body.images[0].url)).status).toBe(200);
    const uri = await dataUri(64, 64);
    const refusals = [
      await edit([]),
      await edit(Array(11).fill(uri)),
      await edit(uri),
      await edit([uri, "x"]),
    ];
    expect(refusals.map(({ body }) => [body.detail[0].type, body.detail[0].loc.at(-1)])).toEqual([
      ["sequence_too_short", "image_urls"],
      ["sequence_too_long", "image_urls"],
      ["list_type", "image_urls"],
      ["file_download_error", 1],
    ]);
  });

  it.each([
    ["file_download_error", async () => "https://example.com/photo.png"],
    ["image_load_error", async () => `data:image/png;base64,${Buffer.from("no picture").toString("base64")}`],
    ["image_too_small", () => dataUri(40, 200)],
  ])("is refused: %s", async (type, image) => {
    const { status, body } = await run("tripo3d/h3.1/image-to-3d", { image_url: await image() });
    expect([status, body.detail[0].type, body.detail[0].loc]).toEqual([422, type, ["body", "image_url"]]);
  });
});

describe("a model", () => {
  it("is made from a picture, as GLB with a preview", async () => {
    const input = { image_url: await dataUri(), face_limit: 500 };
    const { body } = await run("tripo3d/h3.1/image-to-3d", input);
    expect(body.model_mesh).toMatchObject({ content_type: "model/gltf-binary", file_name: "model.glb" });
    const glb = await (await fetch(body.model_mesh.url)).bytes();
    expect(glb.length).toBe(body.model_mesh.file_size);
    const report = await validateBytes(glb);
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    const preview = await (await fetch(body.rendered_image.url)).bytes();
    expect((await sharp(preview).metadata()).format).toBe("webp");
  });

  it("is made from words, or from several sides", async () => {
    const words = await run("tripo3d/h3.1/text-to-3d", { prompt: "a cup", face_limit: 100, texture: "no" });
    expect((await fetch(words.body.model_mesh.url)).headers.get("content-type")).toBe("model/gltf-binary");
    const [front_image_url, back_image_url] = [await dataUri(), await dataUri(96, 128)];
    const sides = { front_image_url, back_image_url, face_limit: 200 };
    expect((await run("tripo3d/h3.1/multiview-to-3d", sides)).status).toBe(200);
    const { body } = await run("tripo3d/h3.1/multiview-to-3d", { back_image_url });
    expect(body.detail[0]).toMatchObject({ type: "missing", loc: ["body", "front_image_url"] });
  });
});

describe("the books", () => {
  it("tell schemas and prices, and bill by them", async () => {
    const own = await startSimulator();
    const api = async (path: string) => (await (await fetch(`${own.url}/fal/api/v1${path}`)).json()) as Json;
    const { models } = await api("/models?endpoint_id=fal-ai/flux/dev&expand=openapi-3.0");
    expect(models[0].openapi.components.schemas.Input).toMatchObject({
      required: ["prompt"],
      properties: { num_images: { minimum: 1, maximum: 4 } },
    });
    expect((await api("/models")).models.length).toBeGreaterThan(3);
    expect((await fetch(`${own.url}/fal/api/v1/models?endpoint_id=none`)).status).toBe(404);
    const { prices } = await api("/models/pricing?endpoint_id=fal-ai/flux/dev");
    expect(prices[0]).toEqual({
      endpoint_id: "fal-ai/flux/dev",
      unit_price: 0.025,
      unit: "megapixel",
      currency: "USD",
    });
    const buy = (image_size: unknown, num_images: number, reference: string) =>
      fetch(`${own.url}/fal/queue/fal-ai/flux/dev`, {
        method: "POST",
        headers: { ...headers, "x-request-id": reference },
        body: JSON.stringify({ prompt: "a cat", image_size, num_images }),
      });
    await buy("square_hd", 2, "a");
    await buy({ width: 1025, height: 1024 }, 1, "b");
    expect(own.purchases()).toMatchObject([
      { vendor: "fal", operation: "fal-ai/flux/dev", client_reference: "a", outputs: 2, usd: 0.05 },
      { client_reference: "b", outputs: 1, usd: 0.05 },
    ]);
    expect(own.invoice().find(({ vendor }) => vendor === "fal")).toMatchObject({ unit: "usd", amount: 0.1 });
    await own.close();
  });

  it("outlive a restart, with requests and their files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-"));
    const options = { statePath: join(folder, "state.json"), jobMs: 1 };
    const ask = async ({ url }: Simulator, path: string, body?: unknown) => {
      const response = await fetch(`${url}/fal/queue/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as Json;
    };
    const input = { prompt: "in ink", image_url: await dataUri() };
    const before = await startSimulator(options);
    const { request_id } = await ask(before, "fal-ai/flux/dev/image-to-image", input);
    await before.close();
    const after = await startSimulator(options);
    const { images } = await ask(after, `fal-ai/flux/requests/${request_id}`);
    expect(images[0].url.startsWith(after.url)).toBe(true);
    expect((await fetch(images[0].url)).status).toBe(200);
    expect(after.purchases()).toHaveLength(1);
    await after.close();
    rmSync(folder, { recursive: true });
  });

  it("have two purchases for the same order sent twice, and for one accepted twice", async () => {
    const own = await startSimulator({ jobMs: 1 });
    own.setFaults([{ kind: "accepted_twice" }]);
    const body = JSON.stringify({ prompt: "a cat", image_size: size });
    const send = () => fetch(`${own.url}/fal/queue/fal-ai/flux/dev`, { method: "POST", headers, body });
    await send();
    await send();
    expect(own.purchases()).toHaveLength(3);
    expect(own.traffic().map(({ duplicate }) => duplicate)).toEqual([false, true]);
    await own.close();
  });
});
