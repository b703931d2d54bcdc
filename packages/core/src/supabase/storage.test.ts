import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { objectStoreSuite } from "../testing/object-store-suite.ts";
import { jwtSecret, keyOf, serverClient } from "../testing/postgrest/supabase-project.ts";
import { openStorage, type StorageStandIn } from "../testing/supabase-storage/stand-in.ts";
import { userBucket } from "../testing/supabase-storage/user-bucket.ts";
import { supabaseStorage } from "./storage.ts";

const buckets = {
  generated_assets: {},
  uploads: {},
  shown: { public: true },
  narrow: { file_size_limit: 10, allowed_mime_types: ["image/*", "model/obj"] },
};
const png = { contentType: "image/png" };
const streamOf = (text: string) => new Blob([text]).stream();
const newKey = (extension = "png") => `images/${crypto.randomUUID()}/0.${extension}`;

objectStoreSuite("supabase storage", async () => {
  const server = await openStorage({ secret: jwtSecret, buckets });
  const client = serverClient(server.url, await keyOf("service_role"));
  return {
    store: supabaseStorage(client, { bucket: "generated_assets" }),
    input: userBucket(client, "uploads"),
    request: (url, init) => fetch(url, init),
    passTime: server.passTime,
    uploadsUnchecked: ["bytes", "contentType"],
    dispose: server.close,
  };
});

let server: StorageStandIn;
let client: SupabaseClient;
beforeAll(async () => {
  server = await openStorage({ secret: jwtSecret, buckets });
  client = serverClient(server.url, await keyOf("service_role"));
});
afterAll(() => server?.close());
const storeOf = (bucket: string, options: { public?: boolean } = {}) =>
  supabaseStorage(client, { bucket, ...options });

describe("a private bucket", () => {
  it("signs the links of a page by one call", async () => {
    const store = storeOf("generated_assets");
    const keys = Array.from({ length: 20 }, () => newKey());
    await Promise.all(keys.map((key) => store.put(key, streamOf("x"), png)));
    const before = server.asked.length;
    await Promise.all(keys.map((key) => store.signedUrl(key, { expiresInS: 60 })));
    expect(server.asked.slice(before)).toEqual(["POST /object/sign/generated_assets"]);
  });

  it("gives links by which an SVG is a download, and a picture is not", async () => {
    const store = storeOf("generated_assets");
    for (const [extension, disposition] of [
      ["svg", "attachment;"],
      ["glb", "attachment;"],
      ["png", null],
    ] as const) {
      const key = newKey(extension);
      await store.put(key, streamOf("<svg/>"), { contentType: "image/svg+xml" });
      const response = await fetch(await store.signedUrl(key, { expiresInS: 60 }));
      expect([response.status, response.headers.get("content-disposition")]).toEqual([200, disposition]);
      await response.body?.cancel();
    }
  });

  it("has addresses that nobody can read without a session", async () => {
    const store = storeOf("generated_assets");
    const key = newKey();
    await store.put(key, streamOf("x"), png);
    expect(store.urlOf(key)).toBe(`${server.url}/storage/v1/object/authenticated/generated_assets/${key}`);
    expect((await fetch(store.urlOf(key))).status).toBe(400);
  });

  it("says of a signed upload how long it works: two hours, whatever was asked", async () => {
    const upload = await storeOf("generated_assets").signedUpload(newKey(), {
      expiresInS: 60,
      contentType: "image/png",
      bytesMax: 5,
    });
    const left = Date.parse(upload.expires_at) - Date.now();
    expect(left).toBeGreaterThan(3_600_000);
    expect(left).toBeLessThanOrEqual(7_200_000);
  });

  it("keeps nothing on its disk of writes that broke off", async () => {
    const store = storeOf("generated_assets");
    const before = await server.filesOnDisk();
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
      pull: (controller) => controller.error(new Error("the line broke")),
    });
    await expect(store.put(newKey(), broken, png)).rejects.toThrow();
    await expect.poll(() => server.filesOnDisk()).toBe(before);
  });
});

describe("a public bucket", () => {
  it("has links that never end, made without a call", async () => {
    const store = storeOf("shown", { public: true });
    await store.ready();
    const [picture, drawing] = [newKey(), newKey("svg")];
    await store.put(picture, streamOf("hello"), png);
    await store.put(drawing, streamOf("<svg/>"), { contentType: "image/svg+xml" });
    const before = server.asked.length;
    const link = await store.signedUrl(picture, { expiresInS: 60 });
    const download = await store.signedUrl(drawing, { expiresInS: 60 });
    expect(server.asked.length).toBe(before);
    expect(link).toBe(store.urlOf(picture));
    expect(await (await fetch(link)).text()).toBe("hello");
    const response = await fetch(download);
    expect([response.status, response.headers.get("content-disposition")]).toEqual([200, "attachment;"]);
    await response.body?.cancel();
    expect([link, download].map((url) => store.keyOf(url))).toEqual([picture, drawing]);
  });
});

describe("the key of a URL", () => {
  const hosted = supabaseStorage(createClient("https://abcd.supabase.co", "key"), { bucket: "b" });
  it.each([
    "https://abcd.supabase.co/storage/v1/object/public/b/a/0.png",
    "https://abcd.supabase.co/storage/v1/object/authenticated/b/a/0.png",
    "https://abcd.supabase.co/storage/v1/object/sign/b/a/0.png?token=x",
    "https://abcd.supabase.co/storage/v1/object/upload/sign/b/a/0.png?token=x",
    "https://abcd.storage.supabase.co/storage/v1/object/sign/b/a/0.png?token=x&download=",
  ])("is known of %s", (url) => {
    expect(hosted.keyOf(url)).toBe("a/0.png");
  });

  it.each([
    "https://abcd.supabase.co/storage/v1/object/public/c/a/0.png",
    "https://abcd.supabase.co/storage/v1/object/public/b2/0.png",
    "https://abcd.supabase.co.example.com/storage/v1/object/public/b/a/0.png",
    "https://other.supabase.co/storage/v1/object/public/b/a/0.png",
    "http://abcd.supabase.co/storage/v1/object/public/b/a/0.png",
    "https://abcd.supabase.co/storage/v1/object/public/b/%2e%2e/0.png",
    "https://abcd.supabase.co/storage/v1/render/image/public/b/a/0.png",
  ])("is not known of %s", (url) => {
    expect(hosted.keyOf(url)).toBeNull();
  });
});

describe("the bucket's limits", () => {
  it("are known before somebody is asked to upload", async () => {
    const store = storeOf("narrow");
    await store.ready();
    const reserve = (contentType: string, bytesMax: number) =>
      store.signedUpload(newKey(), { expiresInS: 60, contentType, bytesMax });
    await expect(reserve("image/png", 11)).rejects.toSatisfy((e) => isAppError(e, "payload_too_large"));
    await expect(reserve("model/stl", 5)).rejects.toSatisfy((e) => isAppError(e, "unsupported_media_type"));
    expect((await reserve("model/obj", 10)).method).toBe("PUT");
    expect((await reserve("image/webp", 10)).method).toBe("PUT");
  });

  it("hold signed uploads", async () => {
    const upload = await storeOf("narrow").signedUpload(newKey(), {
      expiresInS: 60,
      contentType: "image/png",
      bytesMax: 5,
    });
    const send = (body: string, type: string) =>
      fetch(upload.url, { method: "PUT", body, headers: { "content-type": type } });
    expect(await (await send("12345678901", "image/png")).json()).toMatchObject({ statusCode: "413" });
    expect(await (await send("1", "text/html")).json()).toMatchObject({ statusCode: "415" });
  });

  it("are named to the operator when a file does not fit", async () => {
    const put = storeOf("narrow").put(newKey("glb"), streamOf("x"), { contentType: "model/gltf-binary" });
    await expect(put).rejects.toThrow('(HTTP 400, InvalidMimeType): the bucket "narrow" does not allow');
  });
});

describe.concurrent("is not ready", () => {
  const notReady = async (options: { url?: string; key?: string; bucket?: string; public?: boolean }) => {
    const key = options.key ?? (await keyOf("service_role"));
    const { bucket = "generated_assets", public: isPublic = false } = options;
    const store = supabaseStorage(serverClient(options.url ?? server.url, key), { bucket, public: isPublic });
    return await store.ready().then(
      () => "ready",
      (error: Error) => inspect(error),
    );
  };

  it("without its bucket", async () => {
    expect(await notReady({ bucket: "missing" })).toMatch(/there is no bucket "missing" for this key/);
  });

  it("with the key of browsers", async () => {
    expect(await notReady({ key: await keyOf("anon") })).toMatch(/secret or service_role key/);
  });

  it("with the key of another project, which it does not repeat", async () => {
    const key = await keyOf("service_role", "another secret of thirty-two characters");
    const said = await notReady({ key });
    expect(said).toMatch(/HTTP 400, AccessDenied.*service_role key of the same project/);
    expect(said).not.toContain(key);
  });

  it("with something that is no key at all, which it does not repeat", async () => {
    const said = await notReady({ key: "a-secret-thing" });
    expect(said).toMatch(/service_role key of the same project/);
    expect(said).not.toContain("a-secret-thing");
  });

  it("where nobody listens", async () => {
    expect(await notReady({ url: "http://127.0.0.1:9" })).toMatch(/no answer came \(/);
  });

  it("where the bucket is public and was said to be private, and the other way round", async () => {
    expect(await notReady({ bucket: "shown" })).toMatch('The bucket "shown" is public');
    expect(await notReady({ public: true })).toMatch("is private, and supabaseStorage was told");
  });

  it("where another server answers", async () => {
    const other = await answering((_, response) => response.writeHead(404).end("<html>secret</html>"));
    const said = await notReady({ url: other.url });
    expect(said).toMatch(/HTTP 404, not of the storage server/);
    expect(said).not.toContain("secret");
    await other.close();
  });
});

describe.concurrent("an answer that", () => {
  const service = (url: string, callTimeoutMs = 30_000) =>
    supabaseStorage(serverClient(url, "key"), { bucket: "b", callTimeoutMs });

  it("does not come back is asked for again, and is unavailable in the end", async () => {
    let asked = 0;
    const failing = await answering((_, response) => {
      asked += 1;
      response.writeHead(544).end('{"statusCode":"544","code":"DatabaseTimeout","message":"timed out"}');
    });
    await expect(service(failing.url).open("a.png")).rejects.toSatisfy((e) => isAppError(e, "unavailable"));
    expect(asked).toBe(4);
    await failing.close();
  });

  it("comes at the second time is as good as the first", async () => {
    let asked = 0;
    const failing = await answering((_, response) => {
      asked += 1;
      if (asked === 1) response.destroy();
      else response.writeHead(200, { "content-type": "application/json" }).end("[]");
    });
    await service(failing.url).remove(["a.png"]);
    expect(asked).toBe(2);
    await failing.close();
  });

  it("never comes is not waited for, and lets the source of a write go", async () => {
    /** Signs uploads, and then reads what is sent, or not even that. */
    const silent = (reads: boolean) =>
      answering((request, response) => {
        if (reads) request.resume();
        if (request.method !== "POST") return;
        response.writeHead(200, { "content-type": "application/json" });
        response.end('{"url":"/object/upload/sign/b/a.png?token=t","token":"t"}');
      });
    const [reading, deaf] = await Promise.all([silent(true), silent(false)]);
    let cancelled = false;
    const flood = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
      cancel: () => {
        cancelled = true;
      },
    });
    const unavailable = (error: unknown) => isAppError(error, "unavailable");
    await Promise.all([
      expect(service(reading.url, 500).put("a.png", streamOf("x"), png)).rejects.toSatisfy(unavailable),
      expect(service(deaf.url, 500).put("a.png", flood, png)).rejects.toSatisfy(unavailable),
    ]);
    expect(cancelled).toBe(true);
    await Promise.all([reading.close(), deaf.close()]);
  });

  it("names a missing bucket takes it for no missing object", async () => {
    await expect(storeOf("missing").open(newKey())).rejects.toThrow('there is no bucket "missing"');
  });

  it("says 404 of the bucket is no missing object; one of an older server, without names, is", async () => {
    const bodies = [
      { statusCode: "404", error: "Bucket not found", message: "Bucket not found" },
      { statusCode: "404", error: "not_found", message: "Object not found" },
      { statusCode: "404", error: "Not found", message: "The resource was not found" },
    ];
    const old = await answering((_, response) =>
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(bodies.shift())),
    );
    await expect(service(old.url).open("a.png")).rejects.toThrow('there is no bucket "b"');
    expect(await service(old.url).open("a.png")).toBeNull();
    expect(await service(old.url).open("a.png")).toBeNull();
    await old.close();
  });

  it("has other bytes than were said fails while it is read", async () => {
    const replaced = await answering((request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(request.url?.includes("/info/") ? '{"size":5,"content_type":"image/png"}' : "other bytes");
    });
    const opened = await service(replaced.url).open("a.png");
    await expect(new Response(opened?.stream).text()).rejects.toThrow("replaced");
    await replaced.close();
  });
});

/** A server that is not the storage server. */
async function answering(listener: RequestListener) {
  const other = createServer(listener);
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  return {
    url: `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
    async close() {
      const end = once(other, "close");
      other.close();
      other.closeAllConnections();
      await end;
    },
  };
}
