import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorCodes } from "../contract/error-codes.ts";
import { isAppError } from "../errors/app-error.ts";
import { objectStoreSuite } from "../testing/object-store-suite.ts";
import { files } from "./files.ts";
import type { ObjectStore } from "./port.ts";

const host = { publicUrl: "https://bff.example.com", basePath: "/api", secret: "s".repeat(32) };
const absolute = (url: string) => (url.startsWith("/") ? `http://bff.local${url}` : url);
const streamOf = (text: string) => new Blob([text]).stream();
const png = { contentType: "image/png" };

/** Serves as the BFF does: by the key in the path, errors as their status. */
async function serve(store: ObjectStore, url: string, init?: RequestInit): Promise<Response> {
  const request = new Request(absolute(url), init);
  const key = new URL(request.url).pathname.replace(/^.*?\/files\//, "");
  try {
    return (await store.serve?.(request, key)) as Response;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return new Response(error.code, { status: errorCodes[error.code].status });
  }
}

/** An unread body holds a file open. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

for (const publicUrl of [host.publicUrl, ""]) {
  objectStoreSuite(publicUrl === "" ? "files, with paths" : "files", async () => {
    const directory = await mkdtemp(join(tmpdir(), "genbff-files-"));
    let now = Date.parse("2026-01-01T00:00:00Z");
    const store = files(directory, { now: () => now });
    store.configure?.({ ...host, publicUrl });
    return {
      store,
      request: (url, init) => serve(store, url, init),
      passTime: (seconds) => {
        now += seconds * 1000;
      },
      dispose: () => rm(directory, { recursive: true }),
    };
  });
}

describe("files", () => {
  let directory: string;
  let store: ObjectStore;
  const text = "0123456789";
  let url: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "genbff-files-"));
    store = files(directory);
    store.configure?.(host);
    await store.put("images/t/0.png", streamOf(text), png);
    url = await store.signedUrl("images/t/0.png", { expiresInS: 600 });
  });
  afterAll(() => rm(directory, { recursive: true }));

  it("keeps an object as a file under its key", async () => {
    expect(await readdir(join(directory, "images/t"))).toEqual(["0.png"]);
  });

  it("leaves no draft behind", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("broken")),
    });
    await expect(store.put("images/t/1.png", broken, png)).rejects.toThrow("broken");
    expect(await readdir(join(directory, ".drafts"))).toEqual([]);
  });

  it("lets no object replace another when the lease is lost after its last byte", async () => {
    const { signal } = new AbortController();
    // As if it were aborted between the end of the stream and the new name: the stream itself sees no abort.
    signal.throwIfAborted = () => {
      throw new Error("lease lost");
    };
    await expect(store.put("images/t/late.png", streamOf("x"), { ...png, signal })).rejects.toThrow(
      "lease lost",
    );
    expect(await readdir(join(directory, "images/t"))).toEqual(["0.png"]);
  });

  it("removes drafts that a crash left an hour ago, and no younger ones", async () => {
    const drafts = join(directory, ".drafts");
    await writeFile(join(drafts, "old"), "x");
    await utimes(join(drafts, "old"), new Date(), new Date(Date.now() - 3_700_000));
    await writeFile(join(drafts, "young"), "x");
    await files(directory).ready();
    expect((await readdir(drafts)).sort()).toEqual(["probe", "young"]);
    await rm(join(drafts, "young"));
  });

  it("is not ready where it cannot write", async () => {
    const path = join(directory, "occupied");
    await writeFile(path, "a file where the folder should be");
    await expect(files(path).ready()).rejects.toThrow();
    await rm(path);
  });

  it("has no links before it knows where it is mounted", () => {
    expect(() => files(directory).urlOf("a.png")).toThrow("configure");
  });

  it("answers with headers that let nothing run", async () => {
    const response = await serve(store, url);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": "10",
      "content-disposition": 'inline; filename="0.png"',
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "accept-ranges": "bytes",
    });
    // Ten minutes for a link just made; what is left of them when the machine is slow.
    const [, maxAge] = /^private, max-age=(\d+)$/.exec(
      response.headers.get("cache-control") ?? "",
    ) as unknown as [string, string];
    expect(Number(maxAge)).toBeGreaterThan(540);
    expect(Number(maxAge)).toBeLessThanOrEqual(600);
    expect(await response.text()).toBe(text);
  });

  it.each([
    ["models/t/model.glb", "model/gltf-binary"],
    ["other/page.html", "application/octet-stream"],
    ["other/drawing.svg", "image/svg+xml"],
    ["other/none", "application/octet-stream"],
  ])("sends %s as a download of type %s", async (key, contentType) => {
    await store.put(key, streamOf("<script>"), { contentType: "text/html" });
    const response = await serve(store, await store.signedUrl(key, { expiresInS: 60 }));
    expect(response.headers.get("content-type")).toBe(contentType);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.]+"$/);
    await response.body?.cancel();
  });

  it("answers HEAD with the link of a GET, and no body", async () => {
    const response = await serve(store, url, { method: "HEAD" });
    expect([response.status, response.headers.get("content-length"), response.body]).toEqual([
      200,
      "10",
      null,
    ]);
  });

  it.each([
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-", 206, "456789", "bytes 4-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=-99", 206, text, "bytes 0-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=10-", 416, "", "bytes */10"],
    ["bytes=-0", 416, "", "bytes */10"],
    ["bytes=0-1,3-4", 200, text, null],
    ["bytes=5-2", 200, text, null],
    ["bytes=-", 200, text, null],
    ["lines=1-2", 200, text, null],
  ])("answers Range: %s with %i", async (range, status, body, contentRange) => {
    const response = await serve(store, url, { headers: { range } });
    expect([response.status, response.headers.get("content-range"), await response.text()]).toEqual([
      status,
      contentRange,
      body,
    ]);
    if (status !== 416) expect(response.headers.get("content-length")).toBe(String(body.length));
  });

  it("answers 304 while the file is the same, and sends all of it when it is another", async () => {
    const etag = (await serve(store, url, { method: "HEAD" })).headers.get("etag") as string;
    expect((await serve(store, url, { headers: { "if-none-match": `"x", W/${etag}` } })).status).toBe(304);
    expect(await statusOf(serve(store, url, { headers: { range: "bytes=0-1", "if-range": etag } }))).toBe(
      206,
    );
    await store.put("images/t/0.png", streamOf(text), png);
    expect(await statusOf(serve(store, url, { headers: { "if-none-match": etag } }))).toBe(200);
    expect(await statusOf(serve(store, url, { headers: { range: "bytes=0-1", "if-range": etag } }))).toBe(
      200,
    );
  });

  it("says not_found only to those who hold a link", async () => {
    const missing = await store.signedUrl("images/none.png", { expiresInS: 60 });
    expect(await (await serve(store, missing)).text()).toBe("not_found");
    expect(await (await serve(store, missing.replace(/signature=.*/, ""))).text()).toBe("invalid_signature");
    expect(await (await serve(store, missing.replace("images/none", "..%2f..%2fetc"))).text()).toBe(
      "invalid_signature",
    );
  });

  it("answers other methods with method_not_allowed", async () => {
    expect(await (await serve(store, url, { method: "DELETE" })).text()).toBe("method_not_allowed");
  });

  it("accepts a link with neither another secret nor a later end", async () => {
    const other = files(directory);
    other.configure?.({ ...host, secret: "t".repeat(32) });
    expect((await serve(other, url)).status).toBe(401);
    expect((await serve(store, url.replace(/expires=\d+/, "expires=9999999999"))).status).toBe(401);
    expect((await serve(store, url.replace(/expires=\d+/, "expires=NaN"))).status).toBe(401);
  });

  describe("uploads", () => {
    const reserve = (key: string) =>
      store.signedUpload(key, { expiresInS: 60, contentType: "image/png", bytesMax: 10 });
    const endless = () => {
      const state = { sent: 0, cancelled: false };
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          state.sent += 1;
          controller.enqueue(new Uint8Array(4));
        },
        cancel: () => {
          state.cancelled = true;
        },
      });
      return { state, body };
    };
    const put = async (
      key: string,
      { body, headers }: { body: string | ReadableStream<Uint8Array>; headers?: Record<string, string> },
    ) => {
      const upload = await reserve(key);
      const init = {
        method: "PUT",
        body,
        duplex: "half",
        headers: { ...upload.headers, ...headers },
      } as RequestInit;
      const response = await serve(store, upload.url, init);
      return {
        status: response.status,
        text: await response.text(),
        stored: (await store.open(key)) !== null,
      };
    };

    it("refuse an endless body as soon as it is too large, and let it go", async () => {
      const { state, body } = endless();
      expect(await put("inputs/a.png", { body })).toEqual({
        status: 413,
        text: "payload_too_large",
        stored: false,
      });
      expect(state.cancelled).toBe(true);
      expect(state.sent).toBeLessThan(10);
    });

    it("refuse a body that is declared too large without reading it", async () => {
      const { state, body } = endless();
      const answer = await put("inputs/b.png", { body, headers: { "content-length": "11" } });
      expect(answer).toEqual({ status: 413, text: "payload_too_large", stored: false });
      expect([state.sent <= 1, state.cancelled]).toEqual([true, true]);
    });

    it("refuse a body that is shorter than declared", async () => {
      const answer = await put("inputs/c.png", {
        body: streamOf("half"),
        headers: { "content-length": "8" },
      });
      expect(answer).toEqual({ status: 400, text: "validation_failed", stored: false });
    });

    it("refuse another content type than was signed", async () => {
      const answer = await put("inputs/d.png", { body: "x", headers: { "content-type": "text/html" } });
      expect(answer).toEqual({ status: 415, text: "unsupported_media_type", stored: false });
    });

    it("refuse altered limits", async () => {
      const upload = await reserve("inputs/e.png");
      const url = upload.url.replace("bytes_max=10", "bytes_max=99");
      expect((await serve(store, url, { method: "PUT", body: "x", headers: upload.headers })).status).toBe(
        401,
      );
    });

    it("say unavailable when the disk refuses", async () => {
      await mkdir(join(directory, "inputs/f.png"), { recursive: true });
      expect(await put("inputs/f.png", { body: "x" })).toMatchObject({ status: 503, text: "unavailable" });
    });
  });
});
