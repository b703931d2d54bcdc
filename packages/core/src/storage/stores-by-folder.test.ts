import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { files } from "./files.ts";
import type { ObjectStore } from "./port.ts";
import { storesByFolder } from "./stores-by-folder.ts";

const host = { publicUrl: "https://bff.example.com", basePath: "/api", secret: "s".repeat(32) };
const png = { contentType: "image/png" };
const made = "images/t/0.png";
const brought = "inputs/1.png";
const streamOf = (text: string) => new Blob([text]).stream();

describe("stores by folder", () => {
  let folder: string;
  let store: ObjectStore;
  const contents = async (name: string) =>
    (await readdir(join(folder, name), { recursive: true })).filter((path) => path.endsWith(".png"));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "genbff-stores-"));
    store = storesByFolder({ inputs: files(join(folder, "brought")) }, files(join(folder, "made")));
    store.configure?.(host);
    await store.ready();
    await Promise.all([made, brought].map((key) => store.put(key, streamOf(key), png)));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("keep each file in the store of its first folder, and find it there", async () => {
    expect(await contents("made")).toEqual([made]);
    expect(await contents("brought")).toEqual([brought]);
    for (const key of [made, brought]) {
      const object = await store.open(key);
      expect(await new Response(object?.stream).text()).toBe(key);
    }
    expect(await store.open("inputs/none.png")).toBeNull();
    // Only the whole name of the first folder counts.
    await store.put("inputs-of-old/1.png", streamOf("old"), png);
    expect(await contents("made")).toContain("inputs-of-old/1.png");
    await store.remove(["inputs-of-old/1.png"]);
  });

  it("know their own links, and serve them", async () => {
    for (const key of [made, brought]) {
      expect(store.keyOf(store.urlOf(key))).toBe(key);
      const url = await store.signedUrl(key, { expiresInS: 60 });
      expect(store.keyOf(url)).toBe(key);
      expect(await (await store.serve?.(new Request(url), key))?.text()).toBe(key);
    }
    expect(store.keyOf("https://elsewhere.example.com/inputs/1.png")).toBeNull();
    const upload = await store.signedUpload("inputs/2.png", { ...png, expiresInS: 60, bytesMax: 100 });
    const put = new Request(upload.url, { method: "PUT", body: "two", headers: upload.headers });
    expect((await store.serve?.(put, "inputs/2.png"))?.status).toBe(204);
    expect(await contents("brought")).toContain("inputs/2.png");
  });

  it("take a link for theirs only where the key belongs to the store that wrote it", () => {
    const links = (base: string): ObjectStore => ({
      ...store,
      urlOf: (key) => base + key,
      keyOf: (url) => (url.startsWith(base) ? url.slice(base.length) : null),
    });
    const two = storesByFolder({ inputs: links("https://a.test/") }, links("https://b.test/"));
    expect(two.keyOf("https://a.test/inputs/1.png")).toBe("inputs/1.png");
    expect(two.keyOf("https://b.test/images/1.png")).toBe("images/1.png");
    expect(two.keyOf("https://b.test/inputs/1.png")).toBeNull();
    expect(two.keyOf("https://a.test/images/1.png")).toBeNull();
  });

  it("are not ready while one of them is not, and answer for one that serves nothing", async () => {
    const { serve: _serve, ...bare } = store;
    const broken = { ...bare, ready: () => Promise.reject(new Error("down")) };
    const two = storesByFolder({ inputs: broken }, store);
    await expect(two.ready()).rejects.toThrow("down");
    await expect(two.serve?.(new Request("https://bff.example.com"), brought)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("remove from each what is its own", async () => {
    await store.remove([made, brought, "inputs/2.png", "images/none.png"]);
    expect([...(await contents("made")), ...(await contents("brought"))]).toEqual([]);
  });
});
