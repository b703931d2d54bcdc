import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BffContext } from "../context.ts";
import { runBff } from "../create-bff.ts";
import { type AnyBffOptions, createContext } from "../create-context.ts";
import type { JsonValue } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { createWebhookSender } from "../webhooks/sender.ts";
import { createGuardedFetch, type GuardedFetch } from "./guarded-fetch.ts";

// Whoever hands a URL over, a client or a vendor: nothing on this machine hears of it. Here the whole BFF is between
// the URL and the network; guarded-fetch.test.ts tries the function itself.

interface Entry {
  readonly url: string;
  readonly why: string;
  readonly resolves_to?: readonly string[];
}
const corpus: readonly Entry[] = JSON.parse(
  readFileSync(new URL("__fixtures__/url-corpus.json", import.meta.url), "utf8"),
);

/** A way for a URL to come in. Resolves when it has been dealt with: to whether anything came of it. */
interface Way {
  readonly how: string;
  readonly use: (urls: readonly string[]) => Promise<readonly boolean[]>;
}

/** Everybody on this machine who must not be reached, and the one who sends people there. */
const listeners: Server[] = [];
let forbidden = 0;
let redirector: Server;
let asked = 0;
let test: TestDatabase;
let bff: ReturnType<typeof runBff>;
let context: BffContext;
let guardedFetch: GuardedFetch;
/** What the vendor says where its pictures are. */
let vendorUrls: readonly string[] = [];
const vendorSays = scriptedProvider({
  offers: ["text-to-image", "image-to-image"],
  outputs: 100,
  submit: async () => ({
    state: "done",
    outputs: vendorUrls.map((url, index) => ({ index, source: { url } })),
  }),
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listen = (host: string, onRequest: Parameters<typeof createServer>[1]) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer(onRequest);
    server.once("error", reject);
    server.listen(0, host, () => resolve(server));
  });
const hostOf = (index: number) => `sneaky-${index}.example.com`;
/** Every URL with a port at which somebody listens, and a host of its own where a resolver is asked. */
const urls = () =>
  corpus.map(({ url }, index) =>
    url
      .replace("{port}", String(portOf(listeners[index % listeners.length] as Server)))
      .replace("sneaky.example.com", hostOf(index)),
  );

beforeAll(async () => {
  for (const host of ["127.0.0.1", "127.0.0.1", "::1"]) {
    const server = await listen(host, (_request, response) => response.end("you should not be here"));
    server.on("connection", () => {
      forbidden += 1;
    });
    listeners.push(server);
  }
  redirector = await listen("127.0.0.1", (request, response) => {
    asked += 1;
    const to = new URL(request.url ?? "/", "http://redirector.test").searchParams.get("to") ?? "";
    response.writeHead(302, { location: Buffer.from(to.replace(/\p{Cc}/gu, "")).toString("latin1") }).end();
  });
  test = await createTestDatabase({ max: 10 });
  await test.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 1 });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const options: AnyBffOptions = {
    database: { ...test.database, close: async () => undefined },
    storage: memoryStore(),
    auth: {
      authenticate: async () => ({ userId: "ada", admin: false, expiresAt: Date.now() + 3_600_000 }),
    },
    providers: { studio: vendorSays.port },
    prices: { "text-to-image": { studio: "picture" }, "image-to-image": { studio: "picture" } },
    secret: "a secret of at least thirty-two letters",
    credits: { signUp: 1_000_000 },
    limits: { watchTickMs: 30, openGenerationsPerUser: 100 },
    logger,
  };
  const resolved = new Map(corpus.map(({ resolves_to }, index) => [hostOf(index), resolves_to]));
  // Scheme and ports are allowed, so that the address alone decides; names resolve to this machine.
  guardedFetch = createGuardedFetch({
    trustedOrigins: [`http://127.0.0.1:${portOf(redirector)}`],
    allowHttp: true,
    ports: listeners.map(portOf),
    resolve: async (host) => resolved.get(host) ?? ["127.0.0.1"],
    logger,
  });
  context = createContext(options, { guardedFetch });
  bff = runBff(context, []);
  await bff.start();
});
afterAll(async () => {
  await bff.stop(1000);
  for (const server of [...listeners, redirector]) {
    server.closeAllConnections();
    server.close();
  }
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const post = (operation: string, body: object, headers: Record<string, string> = {}) =>
  bff.fetch(
    new Request(`http://bff.test/api/generate/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ task_id: crypto.randomUUID(), prompt: "a lamp", ...body }),
    }),
  );

const ways: readonly Way[] = [
  {
    how: "a client's input",
    async use(given) {
      const taken: boolean[] = [];
      for (const url of given) {
        const response = await post("image-to-image", { input_image_asset_url: url });
        const { error } = (await response.json()) as { error?: string };
        // One code for everything that is refused, lest somebody draws a map by them.
        const codes = ["asset_url_not_allowed", "validation_failed", "asset_unusable"];
        taken.push(!codes.includes(String(error)));
      }
      return taken;
    },
  },
  {
    how: "a vendor's result",
    async use(given) {
      const delivered: boolean[] = [];
      // A vendor gives at most so many at once.
      for (let at = 0; at < given.length; at += 100) {
        vendorUrls = given.slice(at, at + 100);
        const response = await post("text-to-image", {}, { prefer: "wait=20" });
        const end = (await response.json()) as { status: string; assets: { index: number }[] };
        expect(end.status).toBe("failed");
        delivered.push(...vendorUrls.map((_, index) => end.assets.some((asset) => asset.index === index)));
      }
      return delivered;
    },
  },
  {
    how: "an outgoing webhook",
    use: (given) => Promise.all(given.map((url) => isHeard(url))),
  },
];

/** Whether somebody at that address would be told: the sender as it is, with one event to send. */
function isHeard(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const created_at = new Date().toISOString();
    const event = {
      ...{ event_id: "evt_1", claim: 1, tries: 1, type: "credits.grant", created_at },
      data: { wallet_id: "ada", amount: 10, created_at },
    };
    const answers: Readonly<Record<string, () => JsonValue>> = {
      genbff_claim_webhooks: () => [event],
      genbff_webhook_sent: () => {
        resolve(true);
        return { next: [] };
      },
      genbff_webhook_failed: () => {
        resolve(false);
        return { recorded: false };
      },
    };
    const call = async (name: string) => answers[name]?.() ?? null;
    const target = { url, secrets: [], events: [], retryDelaysMs: [1000], timeoutMs: 20_000, guardedFetch };
    const database = { ...context.database, call };
    createWebhookSender(target, { ...context, database, leaseCalls: new Set() }).wake();
  });
}

it("has a corpus of at least 150 URLs, each for a reason of its own", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(150);
  expect(new Set(corpus.map((entry) => JSON.stringify(entry))).size).toBe(corpus.length);
});

describe.each(ways)("$how", ({ use }) => {
  it("reaches nobody here, whatever the URL", async () => {
    const before = asked;
    expect((await use(urls())).indexOf(true)).toBe(-1);
    expect([forbidden, asked - before]).toEqual([0, 0]);
  });

  it("reaches nobody here by a redirect either", async () => {
    const before = asked;
    const origin = `http://127.0.0.1:${portOf(redirector)}`;
    const redirected = urls()
      .map((url) => url.replace(/\p{Cc}/gu, ""))
      // Those lead back to whoever is trusted.
      .filter((url) => URL.parse(url, `${origin}/`)?.origin !== origin)
      .map((url) => `${origin}/?to=${encodeURIComponent(url)}`)
      .filter((url) => url.length <= 2048);
    expect((await use(redirected)).indexOf(true)).toBe(-1);
    expect(asked - before).toBe(redirected.length);
    expect(forbidden).toBe(0);
  });
});

it("would have been heard: the listeners listen", async () => {
  for (const server of listeners) {
    const { address, port } = server.address() as AddressInfo;
    await (await fetch(`http://${address.includes(":") ? `[${address}]` : address}:${port}/`)).text();
  }
  expect(forbidden).toBe(listeners.length);
});
