import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ObjectStore } from "../storage/port.ts";

/** A store, and what a test needs besides. */
export interface StoreUnderTest {
  /** Configured, if it must be. */
  readonly store: ObjectStore;
  /** Asks a URL that the store has signed, as a browser would. A refusal is a status, not an exception. */
  request(url: string, init?: RequestInit): Promise<Response>;
  /** Lets time pass for signed URLs, where the clock can be turned. */
  passTime?(seconds: number): void;
  /**
   * What its signed uploads cannot hold a client to: then the store must tell it when the upload is opened, since
   * `completeUpload` refuses it there. Default: nothing.
   */
  readonly uploadsUnchecked?: readonly ("bytes" | "contentType")[];
  /** A further bucket of its server, which users write past it; stores of one place have none. */
  readonly input?: UserBucket;
  dispose?(): Promise<void>;
}

/** As its users see it. */
interface UserBucket {
  readonly name: string;
  /** Of an object, without its key. */
  readonly address: string;
  put(key: string, text: string): Promise<void>;
}

const megabyte = 1024 * 1024;
const png = { contentType: "image/png" };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const streamOf = (text: string) => new Blob([text]).stream();

/**
 * What every store of files must hold: an object is there as a whole or not at all, links allow what was signed and
 * nothing else, and no file is ever held in memory.
 *
 * @param makeStore - One store for all tests; keys of its own are under `suite-…/`.
 */
export function objectStoreSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`object store: ${name}`, () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    const folder = `suite-${crypto.randomUUID()}`;
    let keys = 0;
    const newKey = (extension = "png") => {
      keys += 1;
      return `${folder}/deep/er/${keys}.${extension}`;
    };
    const read = async (key: string) => {
      const object = await store.open(key);
      return object && { ...object, text: await new Response(object.stream).text() };
    };

    beforeAll(async () => {
      under = await makeStore();
      store = under.store;
      await store.ready();
    });
    afterAll(async () => {
      await store.remove(Array.from({ length: keys }, (_, at) => `${folder}/deep/er/${at + 1}.png`));
      await under.dispose?.();
    });

    describe("objects", () => {
      it("gives back what was put, with its size and type", async () => {
        const key = newKey();
        await store.put(key, streamOf("hello"), png);
        expect(await read(key)).toMatchObject({ text: "hello", bytes: 5, contentType: "image/png" });
      });

      it("keeps an empty object", async () => {
        const key = newKey();
        await store.put(key, streamOf(""), png);
        expect(await read(key)).toMatchObject({ text: "", bytes: 0 });
      });

      it("has nothing under a key that nobody wrote, nor under a folder", async () => {
        await store.put(newKey(), streamOf("hello"), png);
        expect(await store.open(newKey())).toBeNull();
        expect(await store.open(`${folder}/deep`)).toBeNull();
      });

      it("replaces an object when its key is put again", async () => {
        const key = newKey();
        await store.put(key, streamOf("a long first version"), png);
        await store.put(key, streamOf("second"), png);
        expect(await read(key)).toMatchObject({ text: "second", bytes: 6 });
      });

      it("keeps one whole version when the same key is put many times at once", async () => {
        const key = newKey();
        const versions = Array.from({ length: 8 }, (_, at) => String(at).repeat(100_000));
        await Promise.all(versions.map((version) => store.put(key, streamOf(version), png)));
        expect(versions).toContain((await read(key))?.text);
      });

      it("removes what is there and does not mind what is not", async () => {
        const [there, missing, kept] = [newKey(), newKey(), newKey()];
        await store.put(there, streamOf("x"), png);
        await store.put(kept, streamOf("x"), png);
        await store.remove([there, missing, `${folder}/deep`]);
        await store.remove([]);
        expect([await store.open(there), (await read(kept))?.text]).toEqual([null, "x"]);
      });

      it.each([
        "../a.png",
        "a/../../b.png",
        "/a.png",
        "a//b.png",
        "a%2fb.png",
        "ä.png",
        ".drafts/a",
        "a\u0000.png",
        "",
      ])("neither writes nor finds the key %j", async (key) => {
        await expect(store.put(key, streamOf("x"), png)).rejects.toThrow();
        expect(await store.open(key)).toBeNull();
      });
    });

    describe("broken writes", () => {
      const failure = new Error("the line broke");
      const breaking = () =>
        new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(bytesOf("half")),
          pull: (controller) => controller.error(failure),
        });

      it("leave nothing visible", async () => {
        const key = newKey();
        await expect(store.put(key, breaking(), png)).rejects.toThrow();
        expect(await store.open(key)).toBeNull();
      });

      it("leave the older version as it was", async () => {
        const key = newKey();
        await store.put(key, streamOf("old"), png);
        await expect(store.put(key, breaking(), png)).rejects.toThrow();
        expect((await read(key))?.text).toBe("old");
      });

      it("leave nothing visible when aborted, and let the source go", async () => {
        const key = newKey();
        const abort = new AbortController();
        let cancelled = false;
        const stalled = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(bytesOf("half")),
          pull: () => abort.abort(new Error("lease lost")),
          cancel: () => {
            cancelled = true;
          },
        });
        await expect(store.put(key, stalled, { ...png, signal: abort.signal })).rejects.toThrow();
        expect([await store.open(key), cancelled]).toEqual([null, true]);
      });

      it("do not even begin when already aborted", async () => {
        const key = newKey();
        const options = { ...png, signal: AbortSignal.abort(new Error("lease lost")) };
        await expect(store.put(key, streamOf("x"), options)).rejects.toThrow();
        expect(await store.open(key)).toBeNull();
      });
    });

    it("holds no more than a few megabytes while 32 pass through", async () => {
      const key = newKey();
      const before = memoryInUse();
      let most = 0;
      let left = 32;
      const large = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (left % 8 === 0) most = Math.max(most, memoryInUse());
            if (left === 0) return controller.close();
            left -= 1;
            controller.enqueue(new Uint8Array(megabyte).fill(left));
          },
        },
        { highWaterMark: 0 },
      );
      await store.put(key, large, png);
      const object = await store.open(key);
      let bytes = 0;
      for await (const chunk of object?.stream ?? []) {
        bytes += chunk.length;
        if (bytes % (8 * megabyte) === 0) most = Math.max(most, memoryInUse());
      }
      expect(bytes).toBe(32 * megabyte);
      expect((most - before) / megabyte).toBeLessThan(16);
    }, 30_000);

    describe("addresses", () => {
      it("tells the key of its own URLs, permanent and signed", async () => {
        const key = newKey();
        expect(store.keyOf(store.urlOf(key))).toBe(key);
        expect(store.keyOf(await store.signedUrl(key, { expiresInS: 60 }))).toBe(key);
      });

      it("puts no signature into a permanent URL", () => {
        expect(store.urlOf(newKey())).not.toMatch(/[?#@]/);
      });

      it("knows nothing of foreign URLs", () => {
        const own = store.urlOf("images/a/0.png");
        const path = own.replace(/^https?:\/\/[^/]+/, "");
        const foreign = [
          "",
          "x",
          "data:,x",
          "https://example.com/0.png",
          `https://example.com${path}`,
          `//example.com${path}`,
        ];
        const bent = [
          `${own}/../1.png`,
          own.replace("images/a", "images/%61"),
          own.replace("images", ".."),
          `${own}/`,
        ];
        for (const url of [...foreign, ...bent]) expect(store.keyOf(url), url).toBeNull();
      });
    });

    describe("a bucket that users write", () => {
      it("is there for every store that has more than one place", () => {
        expect(store.inputBucket === undefined).toBe(under.input === undefined);
      });

      it("is read, whatever a user has called a file, by its address alone", async () => {
        const { input } = under;
        const bucket = store.inputBucket?.(input?.name ?? "");
        if (!input || !bucket) return;
        await bucket.ready();
        const names = ["a.png", "deep/er/a.png", "My photo (1)..png", "a+b=c@d,e&f;g:h!$'.png"];
        for (const name of names) {
          const key = `${folder}/${name}`;
          await input.put(key, name);
          const url = `${input.address}${encodeURI(key)}`;
          expect([bucket.keyOf(url), bucket.keyOf(`${url}?token=x#y`), bucket.hosts(url)], url).toEqual([
            ...[key, key],
            true,
          ]);
          const object = await bucket.open(key);
          expect(object?.bytes, key).toBe(name.length);
          expect(await new Response(object?.stream).text()).toBe(name);
        }
        expect(await bucket.open(`${folder}/nothing.png`)).toBeNull();
        expect(store.keyOf(`${input.address}${folder}/a.png`)).toBeNull();
        expect(bucket.keyOf(store.urlOf(`${folder}/a.png`))).toBeNull();
      });

      it("has no address that can be read in two ways", async () => {
        const { input } = under;
        const bucket = store.inputBucket?.(input?.name ?? "");
        if (!input || !bucket) return;
        const bent = [
          "",
          "/a",
          "a//b",
          "a/",
          "a/./b",
          "a/../b",
          "a/%2e%2e/b",
          "a%2fb",
          "a%252fb",
          "a\\b",
          "a%5cb",
        ];
        const odd = [
          "a/%20",
          "a/b%20",
          "a/%00",
          "a/%c3%a4",
          "ä",
          "a/%",
          "a/%zz",
          "a/%3f",
          `a/${"b".repeat(600)}`,
        ];
        for (const path of [...bent, ...odd]) expect(bucket.keyOf(input.address + path), path).toBeNull();
        for (const key of ["", "a/../b", "a/%2e%2e/b", "a/b?c", "a//b", "ä"])
          expect(await bucket.open(key), key).toBeNull();
        for (const url of ["", "x", "https://example.com/uploads/a.png", "ftp://127.0.0.1/a.png"])
          expect([bucket.keyOf(url), bucket.hosts(url), store.hosts?.(url)], url).toEqual([
            null,
            false,
            false,
          ]);
      });
    });

    describe("signed links", () => {
      it("let anyone read one object for a while", async () => {
        const key = newKey();
        await store.put(key, streamOf("hello"), png);
        const response = await under.request(await store.signedUrl(key, { expiresInS: 60 }));
        expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
        expect(await response.text()).toBe("hello");
      });

      it("are made for many objects at once, each for its own, and for one that is not there", async () => {
        const keys = Array.from({ length: 5 }, () => newKey());
        const missing = newKey();
        await Promise.all(keys.map((key) => store.put(key, streamOf(`bytes of ${key}`), png)));
        const links = await Promise.all(
          [...keys, missing].map((key) => store.signedUrl(key, { expiresInS: 60 })),
        );
        for (const [at, key] of keys.entries()) {
          const response = await under.request(links[at] as string);
          expect(await response.text()).toBe(`bytes of ${key}`);
        }
        expect(await statusOf(under.request(links[5] as string))).toBeGreaterThanOrEqual(400);
      });

      it("are refused when altered, for another key and for another method", async () => {
        const [key, other] = [newKey(), newKey()];
        await store.put(key, streamOf("hello"), png);
        await store.put(other, streamOf("other"), png);
        const url = await store.signedUrl(key, { expiresInS: 60 });
        const moved = url.replace(key, other);
        for (const altered of [moved, `${url}x`, url.replace(/\?.*/, ""), url.replace(/=[^&]*$/, "=")]) {
          expect(await statusOf(under.request(altered)), altered).toBeGreaterThanOrEqual(400);
        }
        const write = await under.request(url, {
          method: "PUT",
          body: "mine",
          headers: { "content-type": "image/png" },
        });
        expect(write.status).toBeGreaterThanOrEqual(400);
        expect((await read(key))?.text).toBe("hello");
      });

      it("expire", async ({ skip }) => {
        if (!under.passTime) return skip("the clock of this store cannot be turned");
        const key = newKey();
        await store.put(key, streamOf("hello"), png);
        const url = await store.signedUrl(key, { expiresInS: 60 });
        under.passTime(59);
        expect(await statusOf(under.request(url))).toBe(200);
        under.passTime(2);
        expect(await statusOf(under.request(url))).toBeGreaterThanOrEqual(400);
      });
    });

    describe("signed uploads", () => {
      const reserve = (key: string, bytesMax = 5) =>
        store.signedUpload(key, { expiresInS: 60, contentType: "image/png", bytesMax });
      const send = async ({ url, method, headers }: Awaited<ReturnType<typeof reserve>>, body: string) =>
        await statusOf(under.request(url, { method, headers, body }));

      it("put one object", async () => {
        const key = newKey();
        const upload = await reserve(key);
        expect(Date.parse(upload.expires_at)).toBeGreaterThan(0);
        expect(await send(upload, "hello")).toBeLessThan(300);
        expect(await read(key)).toMatchObject({ text: "hello", contentType: "image/png" });
      });

      it("put it again when the answer to the first was lost", async () => {
        const key = newKey();
        const upload = await reserve(key);
        expect(await send(upload, "hello")).toBeLessThan(300);
        expect(await send(upload, "hello")).toBeLessThan(300);
        expect(await read(key)).toMatchObject({ text: "hello" });
      });

      it("put nothing under another key, and nothing when altered", async () => {
        const [key, other] = [newKey(), newKey()];
        const upload = await reserve(key);
        for (const url of [upload.url.replace(key, other), `${upload.url}x`, upload.url.replace(/\?.*/, "")])
          expect(await send({ ...upload, url }, "hello"), url).toBeGreaterThanOrEqual(400);
        expect([await store.open(key), await store.open(other)]).toEqual([null, null]);
      });

      it("take no byte more, or tell it of the object", async () => {
        const key = newKey();
        const sent = await send(await reserve(key), "hello!");
        if (under.uploadsUnchecked?.includes("bytes")) {
          expect(await read(key)).toMatchObject({ bytes: 6, text: "hello!" });
        } else {
          expect(sent).toBeGreaterThanOrEqual(400);
          expect(await store.open(key)).toBeNull();
        }
      });

      it("take no other content type, or tell it of the object", async () => {
        const key = newKey();
        const upload = await reserve(key);
        const sent = await send({ ...upload, headers: { "content-type": "text/css" } }, "hello");
        if (under.uploadsUnchecked?.includes("contentType")) {
          expect(await read(key)).toMatchObject({ contentType: expect.stringContaining("text/css") });
        } else {
          expect(sent).toBeGreaterThanOrEqual(400);
          expect(await store.open(key)).toBeNull();
        }
      });

      it("end", async ({ skip }) => {
        if (!under.passTime) return skip("the clock of this store cannot be turned");
        const key = newKey();
        const upload = await reserve(key);
        // Longer than the two hours for which one store lets them work.
        under.passTime(3 * 3600);
        expect(await send(upload, "hello")).toBeGreaterThanOrEqual(400);
        expect(await store.open(key)).toBeNull();
      });
    });
  });
}

/** An unread body holds a connection or a file. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

/** What buffers really hold, after the unused ones were given back. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // The second one waits for what the first has left to be freed beside it.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}
