import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { objectStoreSuite } from "../testing/object-store-suite.ts";
import { openS3, type S3StandIn } from "../testing/s3/stand-in.ts";
import { type S3Options, s3 } from "./store.ts";

const bucket = "assets";
const png = { contentType: "image/png" };
const streamOf = (text: string) => new Blob([text]).stream();
const newKey = (extension = "png") => `images/${crypto.randomUUID()}/0.${extension}`;

const storeOf = (server: S3StandIn, options: Partial<S3Options> = {}) => {
  const { url: endpoint, region, credentials, now } = server;
  return s3({ bucket, region, endpoint, credentials, now, forcePathStyle: true, ...options });
};

objectStoreSuite("s3", async () => {
  const server = await openS3(bucket, "uploads");
  const { url: endpoint, region, credentials } = server;
  const users = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  return {
    store: storeOf(server),
    input: {
      name: "uploads",
      address: `${server.url}/uploads/`,
      put: async (Key, Body) =>
        void (await users.send(new PutObjectCommand({ Bucket: "uploads", Key, Body }))),
    },
    request: (url, init) => fetch(url, init),
    passTime: server.passTime,
    uploadsUnchecked: ["bytes"],
    dispose: server.close,
  };
});

let server: S3StandIn;
beforeAll(async () => {
  server = await openS3(bucket);
});
afterAll(() => server?.close());

const megabyte = 1024 * 1024;
/** So many megabytes, and then what `end` does. */
function megabytes(count: number, end: (controller: ReadableStreamDefaultController<Uint8Array>) => void) {
  let left = count;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return end(controller);
      left -= 1;
      controller.enqueue(new Uint8Array(megabyte).fill(left));
    },
  });
}

describe("a file of several parts", () => {
  it("is sent in parts of 5 MB, and is read as one", async () => {
    const key = newKey();
    const before = server.asked.length;
    await storeOf(server).put(
      key,
      megabytes(11, (controller) => controller.close()),
      png,
    );
    expect(server.asked.slice(before).filter((call) => call === "PUT UploadPart")).toHaveLength(3);
    expect((await storeOf(server).open(key))?.bytes).toBe(11 * megabyte);
    expect(server.openUploads()).toBe(0);
  });

  it.each([
    ["breaks off", (controller) => controller.error(new Error("the line broke")), undefined],
    ["is aborted", () => undefined, new AbortController()],
  ] satisfies [string, Parameters<typeof megabytes>[1], AbortController | undefined][])(
    "leaves nothing when it %s: no part, no upload",
    async (_, end, abort) => {
      const key = newKey();
      const files = await server.filesOnDisk();
      const body = megabytes(11, (controller) => {
        end(controller);
        abort?.abort(new Error("lease lost"));
      });
      const put = storeOf(server).put(key, body, { ...png, ...(abort ? { signal: abort.signal } : {}) });
      await expect(put).rejects.toThrow();
      expect(server.asked.at(-1)).toBe("DELETE AbortMultipartUpload");
      expect([server.openUploads(), await server.filesOnDisk()]).toEqual([0, files]);
      expect(await storeOf(server).open(key)).toBeNull();
    },
  );
});

it.each([
  ["svg", "image/svg+xml", "attachment"],
  ["glb", "model/gltf-binary", "attachment"],
  ["png", "image/png", null],
])(
  "sends .%s of type %s with the disposition %s, whatever its link says",
  async (extension, contentType, disposition) => {
    const key = newKey(extension);
    await storeOf(server).put(key, streamOf("<svg/>"), { contentType });
    const response = await fetch(await storeOf(server).signedUrl(key, { expiresInS: 60 }));
    expect([response.status, response.headers.get("content-disposition")]).toEqual([200, disposition]);
    await response.body?.cancel();
  },
);

it("removes a thousand objects a call", async () => {
  const before = server.asked.length;
  await storeOf(server).remove(Array.from({ length: 1001 }, (_, at) => `images/${at}.png`));
  expect(server.asked.slice(before)).toEqual(["POST delete", "POST delete"]);
});

it("signs links without a call", async () => {
  const before = server.asked.length;
  await storeOf(server).signedUrl(newKey(), { expiresInS: 60 });
  await storeOf(server).signedUpload(newKey(), { expiresInS: 60, ...png, bytesMax: 5 });
  expect(server.asked.length).toBe(before);
});

describe("addresses", () => {
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  it.each<[Omit<S3Options, "bucket" | "credentials">, string]>([
    [{ region: "eu-central-1" }, "https://assets.s3.eu-central-1.amazonaws.com/a/0.png"],
    [{ region: "us-east-1" }, "https://assets.s3.us-east-1.amazonaws.com/a/0.png"],
    [{ region: "auto", endpoint: "https://x.r2.example.com" }, "https://assets.x.r2.example.com/a/0.png"],
    [
      { region: "auto", endpoint: "https://s3.example.com/", forcePathStyle: true },
      "https://s3.example.com/assets/a/0.png",
    ],
    [{ region: "eu-central-1", publicUrl: "https://cdn.example.com/" }, "https://cdn.example.com/a/0.png"],
  ])("of %j are %s, and those that the SDK signs are known", async (options, address) => {
    const store = s3({ bucket, credentials, ...options });
    expect(store.urlOf("a/0.png")).toBe(address);
    expect(store.keyOf(address)).toBe("a/0.png");
    expect(store.keyOf(await store.signedUrl("a/0.png", { expiresInS: 60 }))).toBe("a/0.png");
    const upload = await store.signedUpload("a/0.png", { expiresInS: 60, ...png, bytesMax: 5 });
    expect(store.keyOf(upload.url)).toBe("a/0.png");
  });

  it("of a bucket with a dot need the path style", () => {
    expect(() => s3({ bucket: "a.b", region: "eu-central-1" })).toThrow("forcePathStyle");
  });
});

it("has further buckets at hosts of their own, and other people's are not ours", () => {
  const store = s3({ bucket, region: "eu-central-1", publicUrl: "https://cdn.example.com" });
  const uploads = store.inputBucket?.("uploads");
  const address = "https://uploads.s3.eu-central-1.amazonaws.com/ada/a.png";
  expect([uploads?.keyOf(address), uploads?.hosts(address), store.hosts?.(address)]).toEqual([
    "ada/a.png",
    true,
    false,
  ]);
  expect(store.hosts?.("https://CDN.example.com./x")).toBe(true);
  const foreign = "https://theirs.s3.eu-central-1.amazonaws.com/ada/a.png";
  expect([uploads?.keyOf(foreign), uploads?.hosts(foreign), store.hosts?.(foreign)]).toEqual([
    null,
    false,
    false,
  ]);
  expect(uploads?.keyOf("https://cdn.example.com/ada/a.png")).toBeNull();
});

describe("is not ready", () => {
  const notReady = (options: Partial<S3Options>) =>
    storeOf(server, { client: { maxAttempts: 1 }, ...options })
      .ready()
      .then(
        () => "ready",
        (error: Error) => inspect(error),
      );

  it.each<[string, Partial<S3Options>, RegExp]>([
    ["without its bucket", { bucket: "missing" }, /there is no bucket "missing" there/],
    [
      "with another secret",
      { credentials: { accessKeyId: "AKIAPLAYED", secretAccessKey: "wrong-secret" } },
      /HTTP 403.*the credentials need s3:ListBucket/,
    ],
    ["where nobody listens", { endpoint: "http://127.0.0.1:9" }, /ECONNREFUSED.*could not be reached/],
  ])("%s", async (_, options, said) => {
    const text = await notReady(options);
    expect(text).toMatch(said);
    expect(text).not.toContain("wrong-secret");
  });
});

it("names the credentials where the server does", async () => {
  const wrong = { accessKeyId: "AKIAPLAYED", secretAccessKey: "wrong" };
  await expect(storeOf(server, { credentials: wrong }).open(newKey())).rejects.toThrow(
    "SignatureDoesNotMatch): there are no credentials, or not those of this server",
  );
});

it("is unavailable where the server is not able to", async () => {
  const failing = createServer((_, response) => response.writeHead(503).end("<html>secret</html>"));
  failing.listen(0, "127.0.0.1");
  await once(failing, "listening");
  const endpoint = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
  const store = storeOf(server, { endpoint, client: { maxAttempts: 1 } });
  await expect(store.open(newKey())).rejects.toSatisfy((error) => isAppError(error, "unavailable"));
  await expect(store.put(newKey(), streamOf("x"), png)).rejects.toSatisfy((e) =>
    isAppError(e, "unavailable"),
  );
  failing.close();
  failing.closeAllConnections();
});
