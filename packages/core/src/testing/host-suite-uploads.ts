import { expect, it } from "vitest";
import { makePng } from "../assets/__fixtures__/media.ts";
import type { GenerationStatus } from "../contract/generation.ts";
import type { UploadComplete, UploadReserved } from "../contract/upload.ts";
import type { Host } from "./host.ts";
import { ask, type HostRequest, send } from "./host-request.ts";
import type { Given } from "./host-suite-generations.ts";
import { tinyPng } from "./test-studio.ts";

const picture = () => new Blob([tinyPng], { type: "image/png" });

function form(entries: readonly (readonly [string, string | Blob])[]): () => FormData {
  return () => {
    const data = new FormData();
    for (const [name, value] of entries) data.append(name, value);
    return data;
  };
}

/** A link that the BFF handed out, asked for without a token. */
function link(host: Host, url: string, more: Partial<HostRequest> = {}): Promise<Response> {
  const { origin } = new URL(host.baseUrl);
  return send({ ...host, baseUrl: origin, fetch: host.fetch }, { ...more, path: url, as: null });
}

async function reserve(host: Host, bytes = tinyPng.byteLength): Promise<UploadReserved> {
  const json = { filename: "blue.png", content_type: "image/png", bytes };
  const { status, body } = await ask<UploadReserved>(host, { method: "POST", path: "/uploads", json });
  expect(status).toBe(201);
  return body;
}

/** Files in: by form and by signed PUT. Files out: whole, in part, by name only. */
export function uploadStories({ host, bodyBytesMax }: Given): void {
  it("takes an upload as a form", async () => {
    const request = {
      method: "POST",
      path: "/uploads",
      form: form([
        ["task_id", "u-form"],
        ["file", picture()],
      ]),
    } as const;
    const { status, body } = await ask<UploadComplete>(host(), request);
    expect(status).toBe(201);
    expect(body).toMatchObject({ content_type: "image/png", bytes: tinyPng.byteLength, width: 1, height: 1 });
    const tree = await ask<{ inputs: object[] }>(host(), { path: "/tasks/u-form" });
    expect(tree.body.inputs).toMatchObject([{ input_asset_id: body.input_asset_id, status: "complete" }]);
    const taken = await ask(host(), { ...request, as: "bob" });
    expect(taken).toMatchObject({ status: 409, body: { error: "task_id_taken" } });
  });

  it("takes an upload as a signed PUT, and makes a picture of it on first use", async () => {
    const reserved = await reserve(host());
    const { method, url, headers } = reserved.upload;
    expect((await link(host(), url, { method, headers, body: tinyPng })).status).toBe(204);
    const { body } = await ask<GenerationStatus>(host(), {
      method: "POST",
      path: "/generate/image-to-image",
      json: { task_id: "u-put", prompt: "a cat", input_image_asset_url: reserved.asset_url },
      headers: { prefer: "wait=15" },
    });
    expect(body).toMatchObject({ status: "complete" });
    const completed = { method: "POST", path: `/uploads/${reserved.input_asset_id}/complete` } as const;
    expect(await ask(host(), completed)).toMatchObject({ status: 200, body: { width: 1 } });
    expect(await ask(host(), completed)).toMatchObject({ status: 200, body: { width: 1 } });
  });

  it("refuses a damaged upload for good", async () => {
    const reserved = await reserve(host());
    const { method, url, headers } = reserved.upload;
    const completed = { method: "POST", path: `/uploads/${reserved.input_asset_id}/complete` } as const;
    const missing = { error: "asset_unusable", details: { reason: "missing" } };
    expect(await ask(host(), completed)).toMatchObject({ status: 422, body: missing });
    await link(host(), url, { method, headers, body: tinyPng.subarray(0, 50) });
    for (const _ of [1, 2]) {
      expect(await ask(host(), completed)).toMatchObject({ status: 422, body: { error: "asset_unusable" } });
    }
    const json = { task_id: "u-bad", prompt: "a cat", input_image_asset_url: reserved.asset_url };
    const used = await ask(host(), { method: "POST", path: "/generate/image-to-image", json });
    expect(used).toMatchObject({ status: 422, body: { error: "asset_unusable" } });
  });

  it("refuses a signed PUT of another type, of more bytes, or with another signature", async () => {
    const { method, url, headers } = (await reserve(host(), 10)).upload;
    const put = async (address: string, type: string) =>
      (await link(host(), address, { method, headers: { ...headers, "content-type": type }, body: tinyPng }))
        .status;
    expect(await put(url, "image/jpeg")).toBe(415);
    expect(await put(url, "image/png")).toBe(413);
    expect(await put(url.replace(/signature=.{4}/, "signature=AAAA"), "image/png")).toBe(401);
  });

  it("takes a picture of some megabytes, by form and by signed PUT", async () => {
    const height = bodyBytesMax < 5_000_000 ? 150 : 1000;
    const large = makePng({ width: 1200, height });
    const entries = [["file", new Blob([large as Uint8Array<ArrayBuffer>])]] as const;
    const facts = { content_type: "image/png", bytes: large.byteLength, width: 1200, height };
    const formed = await ask(host(), { method: "POST", path: "/uploads", form: form(entries) });
    expect(formed).toMatchObject({ status: 201, body: facts });
    const reserved = await reserve(host(), large.byteLength);
    const { method, url, headers } = reserved.upload;
    expect((await link(host(), url, { method, headers, body: large })).status).toBe(204);
    const path = `/uploads/${reserved.input_asset_id}/complete`;
    expect(await ask(host(), { method: "POST", path })).toMatchObject({ status: 200, body: facts });
  });

  it("makes a picture of a file that comes with the request, and repeats by what is in it", async () => {
    const entries = [
      ["task_id", "u-multi"],
      ["prompt", "a cat"],
      ["strength", "0.5"],
      ["image", picture()],
    ] as const;
    const headers = { "idempotency-key": "u-multi", prefer: "wait=15" };
    const request = {
      method: "POST",
      path: "/generate/image-to-image",
      form: form(entries),
      headers,
    } as const;
    const first = await ask<GenerationStatus>(host(), request);
    expect(first).toMatchObject({ status: 200, body: { status: "complete" } });
    const again = await ask<GenerationStatus>(host(), request);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body.generation_id).toBe(first.body.generation_id);
    const tree = await ask<{ inputs: object[]; generations: { input: object }[] }>(host(), {
      path: "/tasks/u-multi",
    });
    expect(tree.body.inputs).toHaveLength(1);
    expect(tree.body.generations).toMatchObject([{ input: { strength: 0.5 } }]);
  });

  it("takes the files of a refused request back", async () => {
    const entries = [
      ["task_id", "u-back"],
      ["prompt", "a cat"],
      ["strength", "7"],
      ["image", picture()],
    ] as const;
    const request = {
      method: "POST",
      path: "/generate/image-to-image",
      form: form(entries),
      as: "careless",
    } as const;
    expect(await ask(host(), request)).toMatchObject({ status: 400, body: { error: "validation_failed" } });
    expect((await ask(host(), { path: "/tasks/u-back", as: "careless" })).status).toBe(404);
  });

  it("serves a file whole, in part, and its head, to whoever has the link", async () => {
    const made = {
      method: "POST",
      path: "/generate/text-to-image",
      json: { task_id: "u-get", prompt: "a cat" },
    } as const;
    const { body } = await ask<GenerationStatus>(host(), { ...made, headers: { prefer: "wait=15" } });
    const url = body.asset_url ?? "";
    const whole = await link(host(), url);
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(tinyPng);
    expect(whole.headers.get("content-type")).toBe("image/png");
    const part = await link(host(), url, { headers: { range: "bytes=1-3" } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe("PNG");
    const head = await link(host(), url, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const fresh = await ask<{ asset_url: string }>(host(), {
      path: `/assets/${body.assets[0]?.asset_id}/url`,
    });
    expect((await (await link(host(), fresh.body.asset_url)).arrayBuffer()).byteLength).toBe(
      tinyPng.byteLength,
    );
  });
}
