import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createGuardedFetch } from "../../assets/guarded-fetch.ts";
import { jwtAuth } from "../../auth/jwt-auth.ts";
import { runBff } from "../../create-bff.ts";
import { type AnyBffOptions, createContext } from "../../create-context.ts";
import { inProcess } from "../../engine/in-process.ts";
import type { WebhookRequest } from "../../providers/port.ts";
import type { JsonObject } from "../../shared/json.ts";
import { files } from "../../storage/files.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import { watchLeaks } from "../leaks/watch-leaks.ts";
import { testSecret, testToken } from "../test-bff.ts";
import { testStudio, tinyPng } from "../test-studio.ts";
import type { Taken } from "./taken.ts";
import type { Things } from "./valid-requests.ts";

/** A whole BFF that is asked whatever comes to mind. */
export interface Target {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Where routes begin, with scheme and host. */
  readonly baseUrl: string;
  readonly basePath: string;
  /** Bugs that were logged, and foreign names that were asked for. */
  readonly troubles: readonly string[];
  /** A user with something of everything; what is made is noted as taken. */
  makeThings(user: string, taken: Taken): Promise<Things>;
  /** Cancels what runs, and waits until all of the user's has ended. */
  end(things: Things): Promise<void>;
  /** Keys of all files that are kept. */
  storedKeys(): Promise<string[]>;
  stop(): Promise<void>;
}

const basePath = "/api";
const host = "https://bff.test";
const baseUrl = host + basePath;

/** Opens one on a migrated database. Nothing outside this machine can be reached by it, whatever URL it is given. */
export async function openTarget(test: TestDatabase): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-requests-"));
  const troubles: string[] = [];
  const trouble = (fields: Record<string, unknown>, message: string) => {
    const { error } = fields;
    troubles.push(`${message}: ${error instanceof Error ? error.stack : JSON.stringify(fields)}`);
  };
  const watch = watchLeaks({ secrets: [testSecret] });
  const logger = watch.logger({ debug() {}, info() {}, warn() {}, error: trouble });
  const studio = testStudio();
  const options: AnyBffOptions = {
    database: { ...test.database, close: async () => undefined },
    storage: files(folder),
    auth: jwtAuth({ secret: testSecret, adminClaim: "operator" }),
    providers: {
      studio: {
        ...studio,
        verifyWebhook: async ({ body }: WebhookRequest) => {
          const [signature, event = ""] = new TextDecoder().decode(body).split("\n");
          return signature === "signed" && event !== ""
            ? { eventId: event, jobKey: event, job: { key: event } }
            : undefined;
        },
      },
    } as unknown as AnyBffOptions["providers"],
    prices: {
      "text-to-image": { studio: "requests" },
      "image-to-image": { studio: "requests" },
    },
    secret: testSecret,
    publicUrl: host,
    basePath,
    engine: inProcess({ sweepMs: 100, logger }),
    credits: { signUp: 1_000_000 },
    // Long leases: a busy machine loses none, and nothing here dies.
    limits: {
      watchTickMs: 50,
      leaseMs: 600_000,
      heartbeatMs: 1000,
      sweepMs: 100,
      openGenerationsPerUser: 10_000,
    },
    logger,
  };
  const guardedFetch = createGuardedFetch({ trustedOrigins: [], logger, resolve: async () => [] });
  const context = createContext(options, { guardedFetch });
  const bff = runBff(context, []);
  await test.database.call("genbff_set_operation_cost", { p_key: "requests", p_credits: 5, p_per: "output" });
  await bff.start();

  return {
    fetch: watch.fetch(bff.fetch),
    baseUrl,
    basePath,
    troubles,
    makeThings: (user, taken) => makeThings(bff, user, taken),
    async end({ runningId, authorization }) {
      const cancel = { method: "POST", headers: { authorization } };
      await bff.fetch(new Request(`${baseUrl}/generations/${runningId}/cancel`, cancel));
      const open = "select from genbff.generations where completed_at is null limit 1";
      while ((await test.query(open)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async storedKeys() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    },
    async stop() {
      await bff.stop(5000);
      await rm(folder, { recursive: true, force: true });
      watch.end();
    },
  };
}

async function makeThings(
  bff: Pick<ReturnType<typeof runBff>, "fetch" | "webhookUrl">,
  user: string,
  taken: Taken,
): Promise<Things> {
  const [token, operator] = await Promise.all([testToken(user), testToken("operator", { operator: true })]);
  const authorization = `Bearer ${token}`;
  const ask = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { authorization, ...(init.headers as Record<string, string>) };
    const response = await bff.fetch(new Request(baseUrl + path, { ...init, headers }));
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const post = <Answer>(path: string, fields: JsonObject = {}, more: Record<string, string> = {}) =>
    ask<Answer>(path, {
      method: "POST",
      body: JSON.stringify(fields),
      headers: { "content-type": "application/json", ...more },
    });
  const make = (task: string, prompt: string, more?: Record<string, string>) =>
    post<{ generation_id: string; assets: { asset_id: string; asset_url: string }[] }>(
      "/generate/text-to-image",
      { task_id: task, prompt },
      more,
    );

  const taskId = `task-of-${user}`;
  const ended = await make(taskId, "a cat", { prefer: "wait=20" });
  const running = await make(`${taskId}-runs`, "[endless]");
  const form = new FormData();
  form.append("file", new Blob([tinyPng]), "a.png");
  const input = await ask<{ input_asset_id: string; asset_url: string }>("/uploads", {
    method: "POST",
    body: form,
  });
  const upload = { filename: "a.png", content_type: "image/png", bytes: 1000 };
  type Reserved = { input_asset_id: string; upload: { url: string } };
  const reserved = await post<Reserved>("/uploads", upload);
  const written = await post<Reserved>("/uploads", upload);
  const { ticket } = await post<{ ticket: string }>(`/tasks/${taskId}/events/ticket`);
  const { next_cursor: cursor } = await ask<{ next_cursor: string }>("/tasks?limit=1");
  const webhookUrl = await bff.webhookUrl("studio");
  const [asset] = ended.assets;
  if (asset === undefined) throw new Error("the studio made nothing");
  for (const { generation_id: id } of [ended, running]) taken.generations.add(id);
  for (const { input_asset_id: id } of [input, reserved, written]) taken.uploads.add(id);
  return {
    user,
    authorization,
    operatorAuthorization: `Bearer ${operator}`,
    taskId,
    generationId: ended.generation_id,
    assetId: asset.asset_id,
    runningId: running.generation_id,
    inputId: input.input_asset_id,
    inputUrl: input.asset_url,
    reservedId: reserved.input_asset_id,
    ticket,
    cursor,
    filePath: afterBase(asset.asset_url),
    uploadPath: afterBase(written.upload.url),
    webhookPath: afterBase(webhookUrl),
  };
}

const afterBase = (url: string) => url.replace(baseUrl, "").replace(/^\/api/, "");
