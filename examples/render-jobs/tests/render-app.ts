import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { jwtAuth } from "@genbff/core";
import { files } from "@genbff/core/files";
import { SignJWT } from "jose";
import { vi } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { watchLeaks } from "../../../packages/core/src/testing/leaks/watch-leaks.ts";
import { keep } from "../../../packages/core/src/testing/leaks/watched.ts";
import type { RenderJob } from "../src/contract/job.ts";
import { createRenderBff, type RenderBffOptions } from "../src/render-bff.ts";
import { wall } from "./wall.ts";

export const ada = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
export const lin = "5a3c8a1e-70a5-4f0c-9d0b-2b8d7ad1a222";
const secret = "a secret of at least thirty-two letters";
const samples = fileURLToPath(new URL("../page/public/samples", import.meta.url));
export const migrations = [{ name: "render-jobs", path: fileURLToPath(new URL("../sql", import.meta.url)) }];

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect, and fail where it is not there
  readonly body: any;
}

/** The example in this process, with a host of photos next door. */
export interface RenderApp extends ReturnType<typeof createRenderBff> {
  readonly folder: string;
  readonly test: TestDatabase;
  readonly options: RenderBffOptions;
  /** Where pictures are: the samples by their names, `wall.png`, `pixel.png`, `spoilt.jpg`, `text.txt`; else 404. */
  readonly pictures: string;
  ask(
    user: string | undefined,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    /** Who answers; default: the example, by the path. */
    fetch?: (request: Request) => Promise<Response>,
  ): Promise<Answer>;
  /** Waits for the end of a job. */
  ended(user: string, jobId: string): Promise<RenderJob>;
  close(): Promise<void>;
}

export async function openRenderApp(
  given: Partial<RenderBffOptions> & { readonly test?: TestDatabase } = {},
): Promise<RenderApp> {
  const { test = await createTestDatabase({ migrations }), ...changed } = given;
  const folder = await mkdtemp(join(tmpdir(), "genbff-render-"));
  const { server, url: pictures } = await hostPictures();
  const options: RenderBffOptions = {
    database: test.database,
    storage: files(join(folder, "project-images")),
    auth: jwtAuth({ secret }),
    secret,
    // Refusals are part of every test.
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    publicUrl: "http://render.test",
    trustedOrigins: [pictures],
    limits: { leaseMs: 60_000, heartbeatMs: 15_000, sweepMs: 100, watchTickMs: 30 },
    ...changed,
  };
  const made = createRenderBff(options);
  const watch = keep(watchLeaks({ secrets: [secret] }));
  const app = {
    ...made,
    fetch: watch.fetch(made.fetch),
    bff: { ...made.bff, fetch: watch.fetch(made.bff.fetch) },
  };
  await app.bff.start();
  const ask: RenderApp["ask"] = async (
    user,
    path,
    body,
    headers = {},
    fetch = path.startsWith("/api/") ? app.bff.fetch : app.fetch,
  ) => {
    const request = new Request(`http://render.test${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(user === undefined ? {} : { authorization: `Bearer ${await tokenOf(user)}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const response = await fetch(request);
    return { status: response.status, body: await response.json() };
  };
  return {
    ...app,
    folder,
    test,
    options,
    pictures,
    ask,
    ended: (user, jobId) =>
      vi.waitUntil(
        async () => {
          const { body } = await ask(user, `/render/jobs/${jobId}`);
          return ["completed", "failed"].includes(body.status) && body;
        },
        { timeout: 30_000, interval: 30 },
      ),
    async close() {
      await app.bff.stop(2000);
      server.closeAllConnections();
      server.close();
      if (given.test === undefined) await test.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tokenOf(user: string): Promise<string> {
  return new SignJWT({ role: "authenticated" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
}

/** Somebody's photos, on a host of their own. */
async function hostPictures(): Promise<{ server: Server; url: string }> {
  const small = await wall({ width: 240, height: 160 });
  const pixel = await wall({ width: 20, height: 20 });
  const spoilt = await readFile(join(samples, "coffee.jpg"));
  spoilt.fill(0, spoilt.length >> 1, (spoilt.length >> 1) + 4000);
  const own: Record<string, Uint8Array> = {
    "spoilt.jpg": spoilt,
    "wall.png": small,
    "pixel.png": pixel,
    "text.txt": new TextEncoder().encode("not a picture at all"),
  };
  const server = createServer(async (request, response) => {
    const name = basename(request.url ?? "");
    const bytes = own[name] ?? (await readFile(join(samples, name)).catch(() => undefined));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
