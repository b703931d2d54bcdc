import type { IncomingMessage } from "node:http";
import { refusals, StorageRefusal } from "./answers.ts";
import type { Bucket } from "./bucket.ts";
import { type Caller, callerOf, signLink, type TokenSettings, verifyLink } from "./tokens.ts";

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object | NodeJS.ReadableStream;
}

/** One project's storage. */
export interface Project {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly tokens: TokenSettings;
  /** How long signed uploads work, in seconds: two hours at supabase.com. */
  readonly uploadsValidS: number;
}

/** A request on its way to its answer. */
interface Call {
  readonly project: Project;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  /** Of the path: the bucket, and the key. */
  readonly bucket: string;
  readonly key: string;
}

type Route = readonly [method: string, path: RegExp, answer: (call: Call) => Promise<Answer>];

const routes: readonly Route[] = [
  ["GET", /^\/bucket\/(?<bucket>[^/]+)$/, describeBucket],
  ["POST", /^\/object\/upload\/sign\/(?<bucket>[^/]+)\/(?<key>.+)$/, signUpload],
  ["PUT", /^\/object\/upload\/sign\/(?<bucket>[^/]+)\/(?<key>.+)$/, uploadSigned],
  ["POST", /^\/object\/sign\/(?<bucket>[^/]+)$/, signMany],
  ["GET", /^\/object\/sign\/(?<bucket>[^/]+)\/(?<key>.+)$/, readSigned],
  ["GET", /^\/object\/public\/(?<bucket>[^/]+)\/(?<key>.+)$/, readPublic],
  ["GET", /^\/object\/info\/(?<bucket>[^/]+)\/(?<key>.+)$/, describeObject],
  ["GET", /^\/object\/(?:authenticated\/)?(?<bucket>[^/]+)\/(?<key>.+)$/, readObject],
  ["POST", /^\/object\/(?<bucket>[^/]+)\/(?<key>.+)$/, upload],
  ["PUT", /^\/object\/(?<bucket>[^/]+)\/(?<key>.+)$/, update],
  ["DELETE", /^\/object\/(?<bucket>[^/]+)$/, removeObjects],
];

/** Answers as `src/http/routes` of the storage server does. */
export async function answer(project: Project, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://storage");
  const path = decodeURIComponent(url.pathname.replace(/^\/storage\/v1/, ""));
  for (const [method, pattern, respond] of routes) {
    const groups = request.method === method ? pattern.exec(path)?.groups : undefined;
    if (!groups) continue;
    const { bucket = "", key = "" } = groups;
    return await respond({ project, request, query: url.searchParams, bucket, key }).catch((error) => {
      if (error instanceof StorageRefusal) return { status: error.status, body: error.body };
      throw error;
    });
  }
  return {
    status: 404,
    body: { message: `Route ${request.method}:${path} not found`, error: "Not Found", statusCode: "404" },
  };
}

async function caller({ project, request }: Call): Promise<Caller> {
  return await callerOf(request.headers.authorization, project.tokens);
}

/** Without a policy of the team, row security lets the service role alone see and write. */
async function asServer(call: Call, otherwise: () => StorageRefusal): Promise<Bucket> {
  if ((await caller(call)) !== "service_role") throw otherwise();
  return bucketOf(call);
}

function bucketOf({ project, bucket }: Call): Bucket {
  const found = project.buckets.get(bucket);
  if (!found) throw refusals.noSuchBucket();
  return found;
}

const rowSecurity = () => refusals.accessDenied("new row violates row-level security policy");

async function describeBucket(call: Call): Promise<Answer> {
  return { status: 200, body: (await asServer(call, refusals.noSuchBucket)).describe() };
}

async function upload(call: Call): Promise<Answer> {
  const bucket = await asServer(call, rowSecurity);
  const row = await bucket.write(call.key, call.request, call.request.headers["x-upsert"] === "true");
  return { status: 200, body: { Id: row.id, Key: `${call.bucket}/${call.key}` } };
}

/** Where a `PUT` to the address of a link ends up, too. */
async function update(call: Call): Promise<Answer> {
  await asServer(call, rowSecurity);
  throw refusals.notPlayed("PUT of an object by key");
}

async function describeObject(call: Call): Promise<Answer> {
  const row = (await asServer(call, refusals.noSuchKey)).find(call.key);
  const { id, name, version, size, mimetype: content_type, cacheControl: cache_control, at } = row;
  const described = { id, name, version, bucket_id: call.bucket, size, content_type, cache_control };
  return {
    status: 200,
    body: { ...described, etag: `"${version}"`, metadata: {}, last_modified: at, created_at: at },
  };
}

async function readObject(call: Call): Promise<Answer> {
  return send(call, await asServer(call, refusals.noSuchKey));
}

async function readPublic(call: Call): Promise<Answer> {
  const bucket = bucketOf(call);
  if (!bucket.settings.public) throw refusals.noSuchBucket();
  return send(call, bucket);
}

async function readSigned(call: Call): Promise<Answer> {
  const link = { url: `${call.bucket}/${call.key}`, scope: "download" as const };
  await verifyLink(call.query.get("token"), link, call.project.tokens);
  return send(call, bucketOf(call));
}

/** `src/storage/renderer/renderer.ts`: pages are sent as text, and a download only where the link says so. */
function send({ key, query }: Call, bucket: Bucket): Answer {
  const row = bucket.find(key);
  const download = query.get("download");
  return {
    status: 200,
    headers: {
      "content-type": row.mimetype.includes("text/html") ? "text/plain" : row.mimetype,
      "content-length": String(row.size),
      "cache-control": row.cacheControl,
      etag: `"${row.version}"`,
      ...(download === null ? {} : { "content-disposition": "attachment;" }),
    },
    body: bucket.read(row),
  };
}

async function signMany(call: Call): Promise<Answer> {
  const { expiresIn, paths } = await readJson<{ expiresIn: number; paths: string[] }>(call.request);
  if (!Number.isInteger(expiresIn) || expiresIn < 1)
    throw refusals.invalidRequest("body/expiresIn must be >= 1");
  if (!paths?.length || paths.length > 1000)
    throw refusals.invalidRequest("body/paths must hold 1 to 1000 items");
  const bucket = await asServer(call, refusals.noSuchBucket);
  const signed = paths.map(async (path) => {
    if (!bucket.has(path)) {
      return {
        error: "Either the object does not exist or you do not have access to it",
        path,
        signedURL: null,
      };
    }
    const url = `${call.bucket}/${path}`;
    const token = await signLink({ url, scope: "download" }, expiresIn, call.project.tokens);
    return { error: null, path, signedURL: `/object/sign/${url}?token=${token}` };
  });
  return { status: 200, body: await Promise.all(signed) };
}

async function signUpload(call: Call): Promise<Answer> {
  await asServer(call, rowSecurity);
  const url = `${call.bucket}/${call.key}`;
  const upsert = call.request.headers["x-upsert"] === "true";
  const { tokens, uploadsValidS } = call.project;
  const token = await signLink({ url, upsert, scope: "upload" }, uploadsValidS, tokens);
  return { status: 200, body: { url: `/object/upload/sign/${url}?token=${token}`, token } };
}

async function uploadSigned(call: Call): Promise<Answer> {
  const url = `${call.bucket}/${call.key}`;
  const { upsert } = await verifyLink(call.query.get("token"), { url, scope: "upload" }, call.project.tokens);
  await bucketOf(call).write(call.key, call.request, upsert === true);
  return { status: 200, body: { Key: url } };
}

async function removeObjects(call: Call): Promise<Answer> {
  const { prefixes } = await readJson<{ prefixes: string[] }>(call.request);
  if (!prefixes?.length) throw refusals.invalidRequest("body/prefixes must NOT have fewer than 1 items");
  // Rows that row security hides are not there to be removed.
  if ((await caller(call)) !== "service_role") return { status: 200, body: [] };
  const removed = await bucketOf(call).remove(prefixes);
  return { status: 200, body: removed.map(({ id, name }) => ({ id, name, bucket_id: call.bucket })) };
}

async function readJson<T>(request: IncomingMessage): Promise<T> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return JSON.parse(text) as T;
}
