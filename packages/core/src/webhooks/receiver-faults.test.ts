import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createGuardedFetch } from "../assets/guarded-fetch.ts";
import type { BffContext } from "../context.ts";
import { defaultLimits } from "../limits/limits.ts";
import { systemClock } from "../shared/clock.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { type Receiver, startReceiver, webhookSecret } from "../testing/webhooks/receiver.ts";
import { readWebhookOptions, type WebhookOptions } from "./options.ts";
import { createWebhookSender } from "./sender.ts";

// Every way in which a team's server can fail to take an event: each is one failed try, and the next one is heard.

let test: TestDatabase;
let receiver: Receiver;
let stop: AbortController;
const logged: Record<string, unknown>[] = [];
const log = (fields: Record<string, unknown>) => void logged.push(fields);
const logger = { debug: log, info: log, warn: log, error: log };
beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.call("genbff_set_webhooks", { p_events: ["credits.grant"] });
});
afterAll(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});
beforeEach(async () => {
  receiver = await startReceiver();
  stop = new AbortController();
  logged.splice(0);
  await test.query("truncate genbff.webhook_outbox");
  await test.database.call("genbff_grant", {
    p_wallet_id: "ada",
    p_amount: 1,
    p_idempotency_key: crypto.randomUUID(),
  });
});
afterEach(async () => {
  stop.abort();
  await receiver.close();
});

/** A process's sender, which is called whenever something is due, as the sweep calls it. */
function send(options: Partial<WebhookOptions> = {}, resolve?: (host: string) => Promise<string[]>): void {
  const trustedOrigins = [receiver.origin];
  const retryDelaysMs = Array<number>(50).fill(20);
  const given = { url: receiver.url, secret: webhookSecret("a"), trustedOrigins, retryDelaysMs, ...options };
  const target = readWebhookOptions(given, logger);
  const guardedFetch =
    resolve === undefined ? target.guardedFetch : createGuardedFetch({ trustedOrigins, logger, resolve });
  const ports: Pick<BffContext, keyof Parameters<typeof createWebhookSender>[1]> = {
    database: test.database,
    storage: memoryStore(),
    clock: systemClock,
    logger,
    hooks: {},
    limits: defaultLimits,
    closing: stop.signal,
    leaseCalls: new Set(),
  };
  const sender = createWebhookSender({ ...target, guardedFetch }, ports);
  const callOff = systemClock.every(20, () => sender.wake());
  stop.signal.addEventListener("abort", callOff);
}
const row = async () => {
  const [found] = await test.query<{ state: string; tries: number; error: string | null; wait_s: number }>(
    "select state, tries, error, extract(epoch from next_try_at - genbff.now())::float8 as wait_s from genbff.webhook_outbox",
  );
  return found as NonNullable<typeof found>;
};
const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Where nobody may ever be sent. */
let forbidden: Server;
let strangers = 0;
let sockets = 0;
const countSocket = () => {
  sockets += 1;
};
beforeAll(async () => {
  forbidden = createServer((socket) => {
    strangers += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => forbidden.listen(0, "127.0.0.1", done));
});
afterAll(() => new Promise((done) => forbidden.close(done)));
const forbiddenUrl = () => `http://127.0.0.1:${(forbidden.address() as AddressInfo).port}/`;

const statuses = [400, 401, 404, 408, 410, 429, 500, 502, 503, 504, 101, 199];
const refuse = (status: number) => (response: ServerResponse) =>
  void (status < 200
    ? response.socket?.end(`HTTP/1.1 ${status} no\r\n\r\n`)
    : response.writeHead(status).end("no"));
const faults: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ...statuses.map((status) => [`answers ${status}`, refuse(status)] as const),
  ["redirects to itself", (response) => void response.writeHead(307, { location: receiver.url }).end()],
  [
    "redirects to a private address",
    (response) => void response.writeHead(302, { location: forbiddenUrl() }).end(),
  ],
  ["redirects nowhere", (response) => void response.writeHead(308).end()],
  ["hangs up", (response) => void response.socket?.destroy()],
  ["answers no HTTP", (response) => void response.socket?.end("canary\r\n\r\n")],
  ["stops in its head", (response) => void response.socket?.end("HTTP/1.1 200 OK\r\ncontent-le")],
];

describe("a receiver that", () => {
  it.each(faults)("%s is asked again, with the same id and body", async (_, fail) => {
    const before = strangers;
    receiver.answerWith((_delivery, response) =>
      receiver.deliveries.length === 1 ? fail(response) : void response.writeHead(200).end(),
    );
    send();
    await eventually(async () => expect(await row()).toMatchObject({ state: "sent", tries: 2, error: null }));
    expect(receiver.deliveries).toHaveLength(2);
    const [one, two] = receiver.deliveries;
    expect(two).toMatchObject({ id: one?.id, body: one?.body });
    expect(strangers).toBe(before);
    expect(JSON.stringify(logged)).not.toContain("canary");
  });

  it("says nothing is not waited for longer than it may take", async () => {
    receiver.answerWith((_delivery, response) => {
      if (receiver.deliveries.length > 1) response.writeHead(200).end();
    });
    send({ timeoutMs: 300 });
    await eventually(async () => expect(await row()).toMatchObject({ state: "sent" }));
    expect(logged).toContainEqual(expect.objectContaining({ error: "timeout" }));
  });

  it("drips its head is not waited for either", async () => {
    receiver.answerWith((_delivery, response) => {
      if (receiver.deliveries.length > 1) return void response.writeHead(200).end();
      const { socket } = response;
      socket?.write("HTTP/1.1 200 OK\r\nx: ");
      const dripping = setInterval(() => socket?.write("a"), 20);
      socket?.on("close", () => clearInterval(dripping)).on("error", () => undefined);
    });
    send({ timeoutMs: 300 });
    await eventually(async () => expect(await row()).toMatchObject({ state: "sent" }));
    expect(logged).toContainEqual(expect.objectContaining({ error: "timeout" }));
  });

  it("answers 200 with a body without end has heard, and is left at once", async () => {
    let left = false;
    let bytes = 0;
    receiver.answerWith((_delivery, response) => {
      response.writeHead(200).on("error", () => undefined);
      response.on("close", () => {
        left = true;
      });
      const pour = () => {
        while (!left && response.write(Buffer.alloc(65_536))) bytes += 65_536;
        if (!left) response.once("drain", pour);
      };
      pour();
    });
    send();
    await eventually(async () => expect(await row()).toMatchObject({ state: "sent", tries: 1 }));
    await eventually(() => expect(left).toBe(true));
    expect(bytes).toBeLessThan(64_000_000);
  });

  it("asks for patience is given it", async () => {
    receiver.answerWith((_, response) => void response.writeHead(429, { "retry-after": "7200" }).end());
    send();
    await eventually(async () => expect((await row()).error).toBe("status 429"));
    expect((await row()).wait_s).toBeGreaterThan(6000);
    expect((await row()).wait_s).toBeLessThanOrEqual(7200);
  });

  it("is away for days is told when it is back, if that is within its tries", async () => {
    const port = Number(new URL(receiver.origin).port);
    await receiver.close();
    send({ retryDelaysMs: undefined });
    const longest = [5, 300, 1800, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3600)];
    for (const [index, seconds] of longest.entries()) {
      await eventually(async () =>
        expect(await row()).toMatchObject({ error: "unreachable", tries: index + 1 }),
      );
      await eventually(async () => expect((await row()).wait_s).toBeLessThanOrEqual(seconds * 1.2));
      if (index === longest.length - 1) receiver = await startReceiver(port);
      await test.query("update genbff.webhook_outbox set next_try_at = genbff.now(), error = null");
    }
    await eventually(async () => expect(await row()).toMatchObject({ state: "sent", tries: 10 }));
    expect(receiver.deliveries).toHaveLength(1);
  });
});

describe("a name that leads to a private address", () => {
  it("is never connected to, and is tried again", async () => {
    subscribe("net.client.socket", countSocket);
    try {
      const asked: string[] = [];
      // The database's own connections are open already.
      await row();
      const before = sockets;
      send({ url: "https://hooks.example.com/" }, async (host) => {
        asked.push(host);
        return asked.length % 2 ? ["10.0.0.7"] : ["203.0.113.5", "127.0.0.1"];
      });
      await eventually(async () => expect((await row()).tries).toBeGreaterThan(3));
      stop.abort();
      expect(new Set(asked)).toEqual(new Set(["hooks.example.com"]));
      expect(logged).toContainEqual(expect.objectContaining({ error: "forbidden address" }));
      expect(sockets).toBe(before);
      expect(receiver.connections()).toBe(0);
    } finally {
      unsubscribe("net.client.socket", countSocket);
    }
  });
});
