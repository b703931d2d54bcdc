import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { GenerationStatus, JsonValue, TaskTree } from "@genbff/client-sdk";
import { generation, type Scene } from "./scenes.ts";
import { smallGlb } from "./small-glb.ts";

/** The built page, and a stand-in for the server that speaks the contract's shapes. */
export interface FakeServer {
  readonly url: string;
  scene: Scene;
  /** Sends the newest status of a generation to everybody who watches. */
  tell(status: GenerationStatus): void;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

type Answer = { status: number; body: unknown } | undefined;
type Handler = (context: { body: Record<string, JsonValue>; match: string; raw: Buffer }) => Answer;

export async function startFakeServer(dist: string, scene: Scene): Promise<FakeServer> {
  const watchers = new Set<ServerResponse>();
  const state = { scene };
  const tell = (status: GenerationStatus) => {
    for (const watcher of watchers) {
      sendEvent(watcher, "generation", status, status.version);
      sendEvent(watcher, "balance", state.scene.balance);
    }
  };
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    const raw = await bodyOf(request);
    if (path === "/api/files/vase.glb") {
      response.writeHead(200, { "content-type": "model/gltf-binary" }).end(smallGlb());
      return;
    }
    if (/^\/api\/tasks\/[^/]+\/events$/.test(path)) {
      watch(path.split("/")[3] ?? "", response);
      return;
    }
    const known = routes(state.scene).find(
      ([method, pattern]) => method === request.method && pattern.test(path),
    );
    if (known) {
      const match = known[1].exec(path)?.[1] ?? "";
      const told = known[2]({ body: jsonOf(raw), match, raw });
      const { status, body } = told ?? notFound();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      return;
    }
    await sendFile(dist, path, response);
  };
  const watch = (taskId: string, response: ServerResponse) => {
    const tree = state.scene.trees.get(taskId);
    if (!tree) {
      response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify(notFound().body));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    for (const item of tree.generations) sendEvent(response, "generation", item, item.version);
    sendEvent(response, "balance", state.scene.balance);
    watchers.add(response);
    response.on("close", () => watchers.delete(response));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get scene() {
      return state.scene;
    },
    set scene(next) {
      state.scene = next;
      for (const watcher of watchers) watcher.end();
    },
    tell,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function routes(scene: Scene): [string, RegExp, Handler][] {
  const ok = (body: unknown): Answer => ({ status: 200, body });
  return [
    ...door(scene.accounts),
    ["POST", /^\/dev\/session$/, ({ body }) => ok({ access_token: "a.b.c", user_id: body.user })],
    ["GET", /^\/dev\/simulator$/, () => ({ status: 404, body: { error: "not_found" } })],
    ["GET", /^\/api\/operations$/, () => ok(scene.catalogue)],
    ["GET", /^\/api\/credits\/balance$/, () => ok(scene.balance)],
    ["GET", /^\/api\/credits\/history$/, () => ok({ items: scene.history, next_cursor: null })],
    ["GET", /^\/api\/tasks$/, () => ok({ items: summaries(scene), next_cursor: null })],
    [
      "GET",
      /^\/api\/tasks\/([^/]+)$/,
      ({ match }) => (scene.trees.has(match) ? ok(scene.trees.get(match)) : undefined),
    ],
    ["POST", /^\/api\/quotes$/, ({ body }) => ok(quoteOf(scene, body))],
    ["POST", /^\/api\/uploads$/, ({ raw }) => upload(scene, raw)],
    ["POST", /^\/api\/generate\/([^/]+)$/, ({ body, match }) => generate(scene, match, body)],
    [
      "POST",
      /^\/api\/generations\/([^/]+)\/cancel$/,
      ({ match }) => ok({ generation_id: match, status: "processing", cancel_requested: true }),
    ],
  ];
}

/** As a BFF with or without `signIn`: a log-in that was asked by the wrong method says whether it is there. */
function door(accounts: Map<string, string> | undefined): [string, RegExp, Handler][] {
  if (accounts === undefined) return [];
  return [
    ["GET", /^\/api\/auth\/login$/, () => ({ status: 405, body: { error: "method_not_allowed" } })],
    [
      "POST",
      /^\/api\/auth\/signup$/,
      ({ body }) => {
        accounts.set(String(body.email), String(body.password));
        return { status: 202, body: { next: "log_in" } };
      },
    ],
    [
      "POST",
      /^\/api\/auth\/login$/,
      ({ body }) => {
        if (accounts.get(String(body.email)) !== body.password)
          return {
            status: 401,
            body: { error: "invalid_credentials", message: "The address or the password is not right." },
          };
        const expires_at = new Date(Date.now() + 3_600_000).toISOString();
        const tokens = { access_token: "a.b.c", refresh_token: "never kept", token_type: "bearer" };
        return { status: 200, body: { ...tokens, expires_at, user_id: "ada" } };
      },
    ],
  ];
}

function quoteOf(scene: Scene, body: Record<string, JsonValue>) {
  const entry = scene.catalogue.operations.find((item) => item.operation === body.operation);
  const price = entry?.providers[0]?.price;
  const credits = (price?.credits ?? 0) * (price?.per === "output" ? Number(body.n ?? 1) : 1);
  return { credits, quote_id: randomUUID(), expires_at: "2099-01-01T00:00:00.000Z", breakdown: [] };
}

function upload(scene: Scene, raw: Buffer): Answer {
  const text = raw.toString("latin1");
  const task_id = /name="task_id"\r\n\r\n([^\r]+)/.exec(text)?.[1] ?? "";
  const filename = /filename="([^"]+)"/.exec(text)?.[1] ?? "file";
  if (filename.includes("damaged"))
    return {
      status: 422,
      body: {
        error: "asset_unusable",
        message: "This file cannot be used. Try another one.",
        request_id: "r",
      },
    };
  const now = new Date().toISOString();
  const input = {
    input_asset_id: randomUUID(),
    asset_url: "/samples/cup.jpg",
    content_type: "image/jpeg",
    bytes: raw.length,
    width: 640,
    height: 640,
  };
  treeOf(scene, task_id).inputs.push({ ...input, status: "complete", filename, created_at: now });
  return { status: 201, body: input };
}

function treeOf(scene: Scene, task_id: string): TaskTree {
  const now = new Date().toISOString();
  const tree = scene.trees.get(task_id) ?? {
    task_id,
    created_at: now,
    updated_at: now,
    inputs: [],
    generations: [],
  };
  scene.trees.set(task_id, tree);
  return tree;
}

function generate(scene: Scene, operation: string, body: Record<string, JsonValue>): Answer {
  const { task_id, provider: _provider, quote_id: _quote, ...input } = body;
  const { credits } = quoteOf(scene, { ...body, operation });
  const tree = treeOf(scene, String(task_id));
  const source = String(input.input_image_asset_url ?? [input.input_image_asset_urls].flat()[0] ?? "");
  const item = generation(tree.task_id, operation, {
    status: "processing",
    stage: "Mixing colours",
    progress: 12,
    completed_at: null,
    next_poll_ms: 2000,
    created_at: new Date().toISOString(),
    credits: { held: credits, charged: 0 },
    input,
    source_input_asset_ids: tree.inputs.some((one) => one.input_asset_id === source) ? [source] : [],
    source_asset_ids: tree.inputs.some((one) => one.input_asset_id === source) || !source ? [] : [source],
  });
  tree.generations.push(item);
  scene.balance = {
    ...scene.balance,
    available: scene.balance.available - credits,
    held: scene.balance.held + credits,
  };
  const { generation_id, status } = item;
  return {
    status: 202,
    body: {
      task_id,
      generation_id,
      status,
      credits: { held: credits },
      status_url: `/api/tasks/${generation_id}/status`,
      events_url: `/api/tasks/${generation_id}/events`,
    },
  };
}

function summaries(scene: Scene) {
  return [...scene.trees.values()].map((tree) => ({
    task_id: tree.task_id,
    generations: tree.generations.length,
    open: tree.generations.filter((item) => item.completed_at === null).length,
    latest: null,
    thumbnail_url:
      tree.generations.find((item) => item.assets[0]?.kind === "image")?.assets[0]?.asset_url ?? null,
    created_at: tree.created_at,
    updated_at: tree.updated_at,
  }));
}

function notFound() {
  return { status: 404, body: { error: "not_found", message: "This could not be found.", request_id: "r" } };
}

function sendEvent(response: ServerResponse, event: string, data: unknown, id?: number): void {
  response.write(
    `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`,
  );
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function jsonOf(raw: Buffer): Record<string, JsonValue> {
  try {
    return JSON.parse(raw.toString()) as Record<string, JsonValue>;
  } catch {
    return {}; // A form, or no body.
  }
}

async function sendFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const file = join(dist, normalize(path === "/" ? "/index.html" : path));
  if (!file.startsWith(dist) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response
    .writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" })
    .end(await readFile(file));
}
