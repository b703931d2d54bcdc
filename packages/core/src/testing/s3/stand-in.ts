import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { S3Bucket } from "./objects.ts";
import { S3Refusal, verifySignature } from "./signature.ts";

/** An S3-compatible server, played. */
export interface S3StandIn {
  readonly url: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What was asked, as `PUT UploadPart`. */
  readonly asked: readonly string[];
  /** Multipart uploads that are neither completed nor aborted. */
  openUploads(): number;
  /** How many files lie on its disk, visible or not. */
  filesOnDisk(): Promise<number>;
  /** Turns its clock, by which links end. */
  passTime(seconds: number): void;
  /** Its clock, for a client that is to have the same. */
  now(): number;
  close(): Promise<void>;
}

/** What a request is answered with. */
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Buffer>;
}

/** A request whose signature was worked out. */
interface Asked {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly sha256: string;
}

/**
 * The calls of S3 that we make, path-style, and nothing more: https://docs.aws.amazon.com/AmazonS3/latest/API. Every request must
 * be signed, and its signature is worked out again; parts must be as large as Amazon wants them.
 */
export async function openS3(...buckets: readonly string[]): Promise<S3StandIn> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-s3-"));
  const stores = new Map(buckets.map((bucket) => [bucket, new S3Bucket(folder)]));
  const credentials = { accessKeyId: "AKIAPLAYED", secretAccessKey: "played-secret" };
  const region = "eu-central-1";
  const asked: string[] = [];
  let turnedMs = 0;
  const now = () => Date.now() + turnedMs;
  const verifier = { ...credentials, region, now };

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { method = "", url = "/", headers } = request;
    const sha256 = verifySignature({ method, path: url, headers }, verifier);
    const { pathname, searchParams: query } = new URL(url, "http://s3");
    const [, bucket = "", escapedKey = ""] = /^\/([^/]+)(?:\/(.*))?$/.exec(pathname) ?? [];
    const key = decodeURIComponent(escapedKey);
    asked.push(`${method} ${query.get("x-id") ?? [...query.keys()].join("&")}`);
    const store = stores.get(bucket);
    if (store === undefined) throw new S3Refusal(404, "NoSuchBucket");
    if (key === "") return await ofBucket(store, { request, query, sha256 });
    const upload = query.get("uploadId");
    if (upload !== null) return await ofUpload(store, upload, { request, query, sha256 });
    if (method === "POST" && query.has("uploads")) {
      const id = store.begin(key, headers);
      return xml(
        "InitiateMultipartUploadResult",
        `<Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`,
      );
    }
    if (method === "PUT") return { headers: { etag: (await store.put(key, request, sha256)).etag } };
    if (method === "GET") return read(store, key, headers.range);
    throw new S3Refusal(501, "NotImplemented");
  }

  async function ofBucket(store: S3Bucket, { request, query, sha256 }: Asked): Promise<Answer> {
    if (request.method === "HEAD") return {};
    if (request.method !== "POST" || !query.has("delete")) throw new S3Refusal(501, "NotImplemented");
    const { headers } = request;
    if (!Object.keys(headers).some((name) => name === "content-md5" || /^x-amz-checksum-/.test(name)))
      throw new S3Refusal(400, "InvalidRequest", "Missing required header: Content-MD5 OR x-amz-checksum-*");
    const keys = valuesOf(await text(request, sha256), "Key");
    if (keys.length > 1000) throw new S3Refusal(400, "MalformedXML");
    for (const key of keys) await store.remove(key);
    return xml("DeleteResult", "");
  }

  async function ofUpload(store: S3Bucket, id: string, { request, query, sha256 }: Asked): Promise<Answer> {
    if (request.method === "PUT") {
      const { etag } = await store.putPart(id, Number(query.get("partNumber")), request, sha256);
      return { headers: { etag } };
    }
    if (request.method === "DELETE") {
      await store.abort(id);
      return { status: 204 };
    }
    const body = await text(request, sha256);
    const etags = valuesOf(body, "ETag").map((etag) => etag.replaceAll("&quot;", '"'));
    const numbers = valuesOf(body, "PartNumber").map(Number);
    await store.complete(
      id,
      numbers.map((number, at) => ({ number, etag: etags[at] ?? "" })),
    );
    return xml("CompleteMultipartUploadResult", "");
  }

  /** `bytes=from-to` alone, as players and viewers ask for it. */
  function read(store: S3Bucket, key: string, range: string | undefined): Answer {
    const object = store.objects.get(key);
    if (!object) throw new S3Refusal(404, "NoSuchKey");
    const [, first = "", last = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    if (first === "")
      return {
        headers: { ...object.headers, "content-length": String(object.size) },
        body: store.read(object),
      };
    const from = Number(first);
    const to = last === "" ? object.size - 1 : Math.min(Number(last), object.size - 1);
    if (from > to) throw new S3Refusal(416, "InvalidRange");
    return {
      status: 206,
      headers: {
        ...object.headers,
        "content-length": String(to - from + 1),
        "content-range": `bytes ${from}-${to}/${object.size}`,
      },
      body: cut(store.read(object), from, to),
    };
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, headers, body } = await answer(request).catch((error: unknown): Answer => {
      if (!(error instanceof S3Refusal)) throw error;
      const refused = `<Code>${error.code}</Code><Message>${error.message}</Message>`;
      return { ...xml("Error", request.method === "HEAD" ? "" : refused), status: error.status };
    });
    if (!request.complete) request.resume();
    response.writeHead(status ?? 200, headers);
    if (body === undefined || typeof body === "string" || request.method === "HEAD") {
      response.end(request.method === "HEAD" ? undefined : body);
    } else await pipeline(Readable.from(body), response);
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0; // on a busy machine a line that is idle for 5 s is still in use
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region,
    credentials,
    asked,
    now,
    openUploads: () => [...stores.values()].reduce((sum, { uploads }) => sum + uploads.size, 0),
    filesOnDisk: async () => (await readdir(folder)).length,
    passTime: (seconds) => {
      turnedMs += seconds * 1000;
    },
    async close() {
      const end = once(server, "close");
      server.close();
      server.closeAllConnections();
      await end;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The bytes from one place to another, both counted from 0 and both in it. */
async function* cut(chunks: AsyncIterable<Buffer>, from: number, to: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(from - at, 0), Math.max(to + 1 - at, 0));
    if (part.length > 0) yield part;
    at += chunk.length;
    if (at > to) return; // nobody waits for what comes after
  }
}

const xml = (root: string, inner: string): Answer => ({
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?><${root}>${inner}</${root}>`,
});

const valuesOf = (body: string, tag: string) =>
  [...body.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value = ""]) => value);

async function text(request: IncomingMessage, sha256: string): Promise<string> {
  let whole = "";
  for await (const chunk of request.setEncoding("utf8")) whole += chunk;
  if (sha256 !== createHash("sha256").update(whole).digest("hex"))
    throw new S3Refusal(400, "XAmzContentSHA256Mismatch");
  return whole;
}
