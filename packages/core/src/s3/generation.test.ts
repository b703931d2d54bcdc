import { afterEach, beforeEach, expect, it } from "vitest";
import { makeGlb } from "../assets/__fixtures__/media.ts";
import type { ProviderAnswer, ProviderJob } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { expireLeases } from "../testing/generations/expire-leases.ts";
import { picture, running, type Script, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Shop } from "../testing/generations/scripted-shop.ts";
import { openS3, type S3StandIn } from "../testing/s3/stand-in.ts";
import { tinyPng } from "../testing/test-studio.ts";
import { s3 } from "./store.ts";

// Whole generations whose files lie in S3: the SDK is the real one, and its server is played.

const megabyte = 1024 * 1024;
/** Of two parts. */
const binaryBytes = 6.5 * megabyte;
const glb = makeGlb({ asset: { version: "2.0" }, buffers: [{ byteLength: binaryBytes }] }, { binaryBytes });

let server: S3StandIn;
let test: TestDatabase;
let shop: Shop;
beforeEach(async () => {
  [server, test] = await Promise.all([openS3("assets"), createTestDatabase()]);
});
afterEach(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await Promise.all([server.close(), test.close()]);
});

const storage = () => {
  const { url: endpoint, region, credentials, now } = server;
  return s3({ bucket: "assets", region, endpoint, credentials, now, forcePathStyle: true });
};
const openShop = async (script: Script) => {
  const vendor = scriptedProvider({ offers: ["image-to-image", "image-to-model"], ...script });
  shop = await openScriptedShop(test, { providers: { vendor: vendor.port }, storage: storage() });
  return vendor;
};
/** A model whose bytes come in pieces of a megabyte, until `until` of them and for ever no more. */
const modelOf = (until = glb.length): ProviderAnswer => {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= glb.length) return controller.close();
        if (at >= until) return new Promise<void>(() => undefined);
        controller.enqueue(glb.subarray(at, at + megabyte));
        at += megabyte;
      },
    },
    { highWaterMark: 0 },
  );
  return { state: "done", outputs: [{ index: 0, source: { stream } }] };
};

it("makes a picture of a photo and a model of the picture, and gives them out by links", async () => {
  const read: number[] = [];
  const vendor = await openShop({
    async submit(job: ProviderJob) {
      for (const file of job.files) read.push((await new Response(await file.open()).bytes()).byteLength);
      return job.operation === "image-to-model" ? modelOf() : picture();
    },
  });
  const process = await shop.open();

  const photo = { filename: "photo.png", content_type: "image/png", bytes: tinyPng.byteLength };
  const { status, json } = await process.ask("ada", "/uploads", photo);
  expect(status).toBe(201);
  const { method, url, headers } = json.upload;
  // The browser puts it straight into the bucket, and nothing of another type.
  const wrong = await fetch(url, {
    method,
    headers: { ...headers, "content-type": "text/html" },
    body: "<p>",
  });
  expect(wrong.status).toBe(403);
  expect((await fetch(url, { method, headers, body: tinyPng })).status).toBe(200);

  const task_id = crypto.randomUUID();
  const first = { task_id, prompt: "a fox", input_image_asset_url: json.asset_url };
  const made = await shop.make(process, "ada", "image-to-image", first);
  expect(made).toMatchObject({ status: "complete" });
  const second = { task_id, input_image_asset_urls: [made.assets[0].asset_url] };
  const model = await shop.make(process, "ada", "image-to-model", second);
  expect(model).toMatchObject({ status: "complete", assets: [{ content_type: "model/gltf-binary" }] });
  expect(read).toEqual([tinyPng.byteLength, tinyPng.byteLength]);
  expect(vendor.submissions).toHaveLength(2);

  const whole = await fetch(made.assets[0].asset_url);
  expect([whole.status, whole.headers.get("content-type")]).toEqual([200, "image/png"]);
  expect(await whole.bytes()).toEqual(new Uint8Array(tinyPng));
  const link = model.assets[0].asset_url;
  const part = await fetch(link, { headers: { range: `bytes=${5 * megabyte - 2}-${5 * megabyte + 1}` } });
  expect([part.status, part.headers.get("content-range"), part.headers.get("content-disposition")]).toEqual([
    206,
    `bytes ${5 * megabyte - 2}-${5 * megabyte + 1}/${glb.length}`,
    "attachment",
  ]);
  expect((await part.bytes()).byteLength).toBe(4);
  const head = await fetch(link, { headers: { range: "bytes=0-3" } });
  expect(await head.text()).toBe("glTF");

  const store = storage();
  const key = store.keyOf(link) ?? "";
  await store.remove([key]);
  expect([await store.open(key), (await fetch(link)).status]).toEqual([null, 404]);
  server.passTime(7 * 86_400);
  expect((await fetch(made.assets[0].asset_url)).status).toBe(403);
  expect(server.openUploads()).toBe(0);
});

it("shows nothing of a model whose worker died between two parts, and has it whole from the next one", async () => {
  let dead = false;
  const { promise: silence, reject: bury } = Promise.withResolvers<never>();
  silence.catch(() => undefined); // nobody may be waiting for it
  let looks = 0;
  const vendor = await openShop({
    submit: (job) => running(job.generationId, 20),
    check: async () => modelOf(looks++ === 0 ? 6 * megabyte : glb.length),
  });
  const dying = await shop.open((database) => ({
    ...database,
    call: (name, args) => (dead ? silence : database.call(name, args)),
  }));
  const photo = new Blob([tinyPng], { type: "image/png" });
  const form = new FormData();
  form.append("file", photo);
  const upload = await dying.bff.fetch(
    new Request("http://shop.test/api/uploads", { method: "POST", headers: { "x-user": "ada" }, body: form }),
  );
  const { asset_url } = (await upload.json()) as { asset_url: string };
  const body = { task_id: crypto.randomUUID(), input_image_asset_urls: [asset_url] };
  const { json } = await dying.ask("ada", "/generate/image-to-model", body);
  await expect.poll(() => server.asked.filter((call) => call === "PUT UploadPart").length).toBe(1);
  dead = true;
  const objects = await test.query("select from public.assets where status = 'complete'");
  expect([objects, server.openUploads()]).toEqual([[], 1]);

  await expireLeases(test);
  const next = await shop.open();
  const model = await shop.endOf(next, "ada", json.generation_id);
  expect(model).toMatchObject({ status: "complete", assets: [{ bytes: glb.length }] });
  const stored = await fetch(model.assets[0].asset_url);
  expect((await stored.bytes()).byteLength).toBe(glb.length);
  expect(vendor.submissions).toHaveLength(1);
  // The dead one's parts are no object: the bucket's rule for incomplete uploads takes them away.
  expect(server.openUploads()).toBe(1);
  bury(new Error("buried"));
});
