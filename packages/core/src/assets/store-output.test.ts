import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { files } from "../storage/files.ts";
import type { ObjectStore } from "../storage/port.ts";
import { makeGlb, makePng, streamOf, webpLossy } from "./__fixtures__/media.ts";
import { FetchFailed } from "./fetch-failed.ts";
import { isOutputRejected } from "./output-rejected.ts";
import { storeOutput } from "./store-output.ts";

describe("storeOutput", () => {
  let directory: string;
  let store: ObjectStore;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "genbff-output-"));
    store = files(directory);
  });
  afterAll(() => rm(directory, { recursive: true }));

  const image = { kind: "image", keyWithoutExtension: "images/t/0" } as const;
  const filesIn = async () =>
    (await readdir(directory, { recursive: true, withFileTypes: true })).filter((found) => found.isFile());
  async function storedText(key: string) {
    const object = await store.open(key);
    return object && Buffer.from(await new Response(object.stream).arrayBuffer());
  }

  it("takes the extension from the bytes and reports the columns of the row", async () => {
    const bytes = makePng();
    const stored = await storeOutput(store, { ...image, source: streamOf(bytes, [7]) });
    expect(stored).toEqual({
      key: "images/t/0.png",
      kind: "image",
      content_type: "image/png",
      bytes: bytes.length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      width: 9,
      height: 7,
    });
    expect(await storedText(stored.key)).toEqual(Buffer.from(bytes));
    const model = { kind: "model", keyWithoutExtension: "models/t/model" } as const;
    expect(await storeOutput(store, { ...model, source: streamOf(makeGlb()) })).toMatchObject({
      key: "models/t/model.glb",
      width: null,
    });
    expect((await storeOutput(store, { ...image, source: streamOf(webpLossy) })).key).toBe("images/t/0.webp");
  });

  it("writes the same object when it is repeated", async () => {
    const [first, second] = [
      await storeOutput(store, { ...image, source: streamOf(makePng({ seed: 3 })) }),
      await storeOutput(store, { ...image, source: streamOf(makePng({ seed: 3 }), [1]) }),
    ];
    expect(second).toEqual(first);
  });

  it("takes a model of 200 MB, and passes it on while it arrives", async () => {
    const [bytes, piece] = [200_000_000, new Uint8Array(1_000_000)];
    const head = makeGlb({ asset: { version: "2.0" } });
    new DataView(head.buffer, head.byteOffset).setUint32(8, bytes, true);
    new DataView(head.buffer, head.byteOffset).setUint32(head.length - 44, bytes - head.length + 36, true);
    let underWay = 0;
    let most = 0;
    function* pieces() {
      for (let left = bytes; left > 0; ) {
        const next = left === bytes ? head : piece.subarray(0, left);
        underWay += next.length;
        most = Math.max(most, underWay);
        left -= next.length;
        yield next;
      }
    }
    const draining: ObjectStore = {
      ...store,
      async put(_, body) {
        for await (const { length } of body) underWay -= length;
      },
    };
    const large = { kind: "model", keyWithoutExtension: "models/t/large" } as const;
    const source = ReadableStream.from(pieces());
    expect(await storeOutput(draining, { ...large, source })).toMatchObject({ bytes });
    expect(most).toBeLessThan(5_000_000);
  });

  const png = makePng({ width: 60, height: 60 });
  it.each([
    ["truncated", png.subarray(0, png.length - 1), {}],
    ["damaged", png.map((byte, at) => (at === 500 ? byte ^ 1 : byte)), {}],
    ["not_allowed", Buffer.from("<html>an error page</html>"), {}],
    ["not_allowed", makeGlb(), {}],
    ["too_large", png, { bytesMax: png.length - 1 }],
  ])("rejects what is %s, and leaves nothing behind", async (reason, bytes, limits) => {
    const before = (await filesIn()).length;
    const output = { kind: "image", keyWithoutExtension: "images/rejected/0", ...limits } as const;
    const failure = await storeOutput(store, { ...output, source: streamOf(bytes, [100]) }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "output_unavailable", reason });
    expect(isOutputRejected(failure)).toBe(true);
    expect(await filesIn()).toHaveLength(before);
  });

  it("passes a failure of the source on as it is", async () => {
    const failure = new FetchFailed("interrupted");
    const broken = streamOf(png, [200]).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({ flush: (controller) => controller.error(failure) }),
    );
    await expect(storeOutput(store, { ...image, source: broken })).rejects.toBe(failure);
  });

  it("calls trouble of the store upload_failed, and cancels the source", async () => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(png),
      cancel: () => {
        cancelled = true;
      },
    });
    const full: ObjectStore = { ...store, put: () => Promise.reject(new Error("no space left")) };
    await expect(storeOutput(full, { ...image, source })).rejects.toMatchObject({ code: "upload_failed" });
    expect(cancelled).toBe(true);
  });

  it("does not believe a store that did not read to the end", async () => {
    const removed: string[] = [];
    const lazy: ObjectStore = {
      ...store,
      put: async () => undefined,
      remove: async (keys) => void removed.push(...keys),
    };
    await expect(storeOutput(lazy, { ...image, source: streamOf(png) })).rejects.toMatchObject({
      code: "upload_failed",
    });
    expect(removed).toEqual(["images/t/0.png"]);
  });

  it("rejects with the reason of an abort, at any moment", async () => {
    for (const head of [new Uint8Array(0), png.subarray(0, 100)]) {
      const abort = new AbortController();
      let cancelled: unknown;
      const stalled = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(head),
        cancel: (reason) => {
          cancelled = reason;
        },
      });
      const storing = storeOutput(store, {
        ...image,
        keyWithoutExtension: "images/aborted/0",
        source: stalled,
        signal: abort.signal,
      });
      setTimeout(() => abort.abort("lease lost"), 20);
      await expect(storing).rejects.toBe("lease lost");
      expect(cancelled).toBe("lease lost");
      expect(await store.open("images/aborted/0.png")).toBeNull();
    }
  });
});
