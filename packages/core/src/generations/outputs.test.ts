import { afterAll, beforeAll, expect, it } from "vitest";
import { streamOf as streamed } from "../assets/__fixtures__/media.ts";
import * as shapes from "../assets/__fixtures__/shapes.ts";
import { stylePresetsVersion } from "../operations/style-presets.ts";
import type { ProviderAnswer, ProviderJob } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { tinyPng } from "../testing/test-studio.ts";

// Outputs that are no bitmap: what they become, and what they may be used for.

let asked: ProviderJob | undefined;
let bytes: Uint8Array = shapes.drawing;
const given = (): ProviderAnswer => ({
  state: "done",
  outputs: [{ index: 0, source: { stream: streamed(bytes) } }],
  reference: { key: crypto.randomUUID() },
});
const vendor = scriptedProvider({
  offers: ["text-to-image", "vectorize", "convert-model", "image-to-model", "text-to-model"],
  submit(job) {
    asked = job;
    return job.operation === "text-to-image" ? picture() : given();
  },
});

let test: TestDatabase;
let shop: Shop;
let process: Process;
beforeAll(async () => {
  test = await createTestDatabase({ max: 16 });
  shop = await openScriptedShop(test, { providers: { vendor: vendor.port }, signUp: 1000 });
  process = await shop.open();
});
afterAll(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});
const make = (operation: string, body: object) =>
  shop.make(process, "alice", operation, { task_id: "t", ...body });

it("keeps a drawing beside the pictures of its task, as a drawing", async () => {
  const drawn = await make("text-to-image", { prompt: "a lamp" });
  bytes = shapes.drawing;
  const made = await make("vectorize", { input_image_asset_url: drawn.assets[0].asset_id });
  expect(made).toMatchObject({
    status: "complete",
    credits: { charged: 5 },
    assets: [{ kind: "vector", content_type: "image/svg+xml", width: null, height: null }],
  });
  expect(made.asset_url).toContain("vectors/t/1.svg");
  const rows = await test.query("select content_type from public.images order by created_at");
  expect(rows).toEqual([{ content_type: "image/png" }, { content_type: "image/svg+xml" }]);
  expect((await process.ask("alice", "/operations")).json.operations).toContainEqual(
    expect.objectContaining({ operation: "vectorize", output: "vector" }),
  );
  const refused = await process.ask("alice", "/generate/image-to-model", {
    task_id: "t",
    input_image_asset_urls: [made.assets[0].asset_id],
  });
  expect(refused).toMatchObject({ status: 422, json: { error: "asset_unusable" } });
});

it("takes a drawing for nothing else, and nothing else for a drawing", async () => {
  const drawn = await make("text-to-image", { prompt: "a lamp" });
  bytes = tinyPng;
  expect(await make("vectorize", { input_image_asset_url: drawn.assets[0].asset_id })).toMatchObject({
    status: "failed",
    error: { error: "provider_failed" },
    credits: { charged: 0 },
  });
  bytes = shapes.drawing;
  expect(await make("text-to-model", { prompt: "a lamp" })).toMatchObject({
    error: { error: "provider_failed" },
  });
});

it.each([
  ["fbx", shapes.fbxBinary(), "application/vnd.autodesk.fbx"],
  ["obj", shapes.objText, "model/obj"],
  ["stl", shapes.stlBinary(), "model/stl"],
  ["usdz", shapes.usdz, "model/vnd.usdz+zip"],
  ["3mf", shapes.threeMf, "model/3mf"],
  ["zip", shapes.gltfZip, "application/zip"],
] as const)("keeps a model that was converted to %s", async (extension, content, contentType) => {
  bytes = content;
  const draft = await make("text-to-model", { prompt: "a lamp" });
  const made = await make("convert-model", { draft_generation_id: draft.generation_id });
  expect(made.assets).toMatchObject([{ kind: "model", content_type: contentType, bytes: content.length }]);
  expect(made.asset_url).toMatch(new RegExp(`models/t/model_\\d+\\.${extension}`));
});

it("hands a provider the name of the style beside its words, and records both", async () => {
  const made = await make("text-to-image", { prompt: "a lamp", style: "ink" });
  expect(asked).toMatchObject({
    style: "ink",
    prompt: expect.stringMatching(/^a lamp, ink drawing/),
    input: { prompt: "a lamp" },
  });
  const [kept] = await test.query(
    "select g.prompt, g.style_version, a.style from genbff.generations g join public.assets a on a.generation_id = g.id where g.id = $1",
    [made.generation_id],
  );
  expect(kept).toEqual({ prompt: asked?.prompt, style_version: stylePresetsVersion, style: "ink" });
  await make("text-to-image", { prompt: "a lamp" });
  expect(asked?.style).toBeUndefined();
});

it("takes a model of another format as an input, and no package", async () => {
  const upload = async (content: Uint8Array) => {
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array(content)]), "lamp");
    const response = await process.bff.fetch(
      new Request("http://shop.test/api/uploads", {
        method: "POST",
        body: form,
        headers: { "x-user": "alice" },
      }),
    );
    return { status: response.status, json: (await response.json()) as Record<string, string> };
  };
  for (const content of [shapes.fbxText, shapes.objText, shapes.stlText]) {
    const { status, json } = await upload(content);
    expect(status).toBe(201);
    bytes = shapes.stlText;
    const made = await make("convert-model", { input_model_asset_url: json.input_asset_id });
    expect(made).toMatchObject({ status: "complete" });
  }
  for (const content of [shapes.drawing, shapes.usdz, shapes.gltfZip])
    expect(await upload(content)).toMatchObject({ status: 422, json: { error: "asset_unusable" } });
});
