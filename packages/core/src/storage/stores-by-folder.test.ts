import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { warning } from "../shared/finding.ts";
import { objectStoreSuite } from "../testing/object-store-suite.ts";
import { servedFiles } from "../testing/served-files.ts";
import { files } from "./files.ts";
import type { InputBucket, ObjectStore, StorageNeeds } from "./port.ts";
import { storesByFolder } from "./stores-by-folder.ts";

const host = { publicUrl: "https://bff.example.com", basePath: "/api", secret: "s".repeat(32) };
const png = { contentType: "image/png" };
const made = "images/t/0.png";
const brought = "inputs/1.png";
const streamOf = (text: string) => new Blob([text]).stream();

// What lies in a store of its own lies there as anywhere else: every key of the suite is one of `inputs/`.
objectStoreSuite("one of several, by its folder", () =>
  servedFiles((folder, options) =>
    below(
      "inputs/",
      storesByFolder(
        { inputs: files(join(folder, "brought"), options) },
        files(join(folder, "made"), options),
      ),
    ),
  ),
);

/** Keys of a store as if they began behind this; `serve` has them whole, from the path. */
function below(start: string, store: ObjectStore): ObjectStore {
  return {
    ...store,
    put: (key, body, options) => store.put(start + key, body, options),
    open: (key) => store.open(start + key),
    remove: (keys) => store.remove(keys.map((key) => start + key)),
    urlOf: (key) => store.urlOf(start + key),
    keyOf: (url) => store.keyOf(url)?.slice(start.length) ?? null,
    signedUrl: (key, options) => store.signedUrl(start + key, options),
    signedUpload: (key, options) => store.signedUpload(start + key, options),
  };
}

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

  it("tell what each of them finds of itself, and nothing of one that does not look", async () => {
    const needs = { contentTypes: ["image/png"], bytesMax: 100 };
    const asked: StorageNeeds[] = [];
    const looking = (message: string): ObjectStore => ({
      ...store,
      async inspect(what) {
        asked.push(what);
        return [warning(message)];
      },
    });
    const { inspect: _inspect, ...blind } = store;
    const three = storesByFolder({ inputs: looking("the first"), tmp: blind }, looking("the rest"));
    expect(await three.inspect?.(needs)).toEqual([warning("the first"), warning("the rest")]);
    expect(asked).toEqual([needs, needs]);
    // One store for two folders is one store.
    const same = looking("both");
    expect(await storesByFolder({ inputs: same }, same).inspect?.(needs)).toEqual([warning("both")]);
  });

  it("have their objects on the servers of all of them, so that none of those is ever fetched", () => {
    const at = (host: string): ObjectStore => ({ ...store, hosts: (url) => new URL(url).host === host });
    const { hosts: _hosts, ...nowhere } = store;
    const three = storesByFolder({ inputs: at("a.test"), tmp: nowhere }, at("b.test"));
    const hosted = ["https://a.test/x", "https://b.test/x", "https://c.test/x"].map((url) =>
      three.hosts?.(url),
    );
    expect(hosted).toEqual([true, true, false]);
  });

  it("have further buckets where one of them has, asked as that store's own", () => {
    const served: unknown[] = [];
    const server: ObjectStore = {
      ...store,
      inputBucket(name) {
        served.push(this, name);
        return { name } as InputBucket;
      },
    };
    const { inputBucket: _bucket, ...alone } = store;
    for (const two of [storesByFolder({ inputs: server }, alone), storesByFolder({ inputs: alone }, server)])
      expect(two.inputBucket?.("uploads")).toEqual({ name: "uploads" });
    expect(served).toEqual([server, "uploads", server, "uploads"]);
    expect(storesByFolder({ inputs: alone }, alone).inputBucket).toBeUndefined();
  });

  it("remove from each what is its own", async () => {
    await store.remove([made, brought, "inputs/2.png", "images/none.png"]);
    expect([...(await contents("made")), ...(await contents("brought"))]).toEqual([]);
  });
});
