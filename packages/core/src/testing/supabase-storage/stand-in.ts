import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Bucket, type BucketSettings } from "./bucket.ts";
import { answer } from "./routes.ts";

/** Supabase's storage server, played. */
export interface StorageStandIn {
  /** What a project's URL is to supabase-js: storage answers below `/storage/v1`. */
  readonly url: string;
  /** What was asked, as `GET /object/…`, without queries. */
  readonly asked: readonly string[];
  /** How many files lie on its disk, visible or not. */
  filesOnDisk(): Promise<number>;
  /** Turns its clock, by which links end. */
  passTime(seconds: number): void;
  close(): Promise<void>;
}

/**
 * What the storage server of 2026 answers to the calls that we make, and nothing more. Written from its source,
 * https://github.com/supabase/storage at 4fa61fb; `contract.ts` lists what a real project is held to as well.
 *
 * Not played: policies of a team (the service role may do everything, everyone else nothing), forms, ranges, transformations.
 *
 * @param options.secret - Of HS256, for keys and links.
 */
export async function openStorage(options: {
  secret: string;
  buckets: Readonly<Record<string, Partial<BucketSettings>>>;
}): Promise<StorageStandIn> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-storage-"));
  const closed: BucketSettings = { public: false, file_size_limit: null, allowed_mime_types: null };
  const buckets = new Map(
    Object.entries(options.buckets).map(([name, settings]) => [
      name,
      new Bucket(name, { ...closed, ...settings }, folder),
    ]),
  );
  let turnedMs = 0;
  const asked: string[] = [];
  const project = {
    buckets,
    tokens: { secret: options.secret, now: () => Date.now() + turnedMs },
    uploadsValidS: 7200,
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    asked.push(`${request.method} ${request.url?.replace(/^\/storage\/v1|\?.*/g, "")}`);
    const { status, headers, body } = await answer(project, request);
    if (body instanceof Readable) {
      response.writeHead(status, headers);
      await pipeline(body, response);
      return;
    }
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(JSON.stringify(body));
    // A body that was refused is not read; the connection cannot be used again (`Connection: close` of the error handler).
    if (!request.complete) request.resume();
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
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
