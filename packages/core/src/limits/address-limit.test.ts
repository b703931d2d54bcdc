import { createServer, type Socket } from "node:net";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createTestBff, type TestBff, testToken } from "../testing/test-bff.ts";
import { type AddressLimits, createAddressLimit } from "./address-limit.ts";

// Who shows no right to be here is counted by address, before anybody looks at a token.

const perMinute = 3;
let database: TestDatabase;
const opened: TestBff[] = [];
const open = async (addresses: AddressLimits) => {
  const made = await createTestBff(database.database, { limits: { addresses } });
  opened.push(made);
  return made;
};
let test: TestBff;
let token: string;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await open({ perMinute });
  token = await testToken("ada");
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.stop()));
  await database.close();
});

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly forwardedFor?: string;
}

function requestOf({
  method = "GET",
  path = "/credits/balance",
  token: shown,
  forwardedFor,
}: Asked): Request {
  return new Request(`http://bff.test/api${path}`, {
    method,
    headers: {
      ...(shown === undefined ? {} : { authorization: `Bearer ${shown}` }),
      ...(forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor }),
      ...(method === "POST" ? { "content-type": "application/json" } : {}),
    },
    ...(method === "POST" ? { body: "{}" } : {}),
  });
}

async function ask(at: TestBff, remoteAddress: string | undefined, asked: Asked = {}) {
  const response = await at.bff.fetch(requestOf(asked), { remoteAddress });
  const text = await response.text();
  const json: unknown = text.startsWith("{") ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, json: json as Record<string, unknown> };
}

let hosts = 1;
/** An address that nobody has used. */
const newAddress = () => `198.51.100.${hosts++}`;
/** Whether a user's own request is still answered from there. */
const isBlocked = async (address: string) => (await ask(test, address, { token })).status === 429;

describe("what is counted", () => {
  const far = { path: "/files/images/t/0.png?expires=1&signature=x" };
  const cases: readonly (readonly [
    name: string,
    asked: () => Asked | Promise<Asked>,
    status: number,
    counts: boolean,
  ])[] = [
    ["no token", () => ({}), 401, true],
    ["a token that is none", () => ({ token: "abc" }), 401, true],
    ["another's signature", async () => ({ token: `${token.slice(0, -6)}AAAAAA` }), 401, true],
    ["an expired token", async () => ({ token: await testToken("ada", { exp: 1 }) }), 401, true],
    ["no token on a POST", () => ({ method: "POST", path: "/quotes" }), 401, true],
    ["a ticket that is none", () => ({ path: "/tasks/t/events?ticket=abc" }), 401, true],
    ["a link with another's signature", () => far, 401, true],
    ["a webhook of nobody", () => ({ method: "POST", path: "/webhooks/studio/secret" }), 401, true],
    ["a path that does not exist", () => ({ path: "/wp-admin.php" }), 404, true],
    ["a method that does not exist", () => ({ method: "DELETE" }), 405, true],
    ["a path that does not exist, with a token", () => ({ path: "/admin.php", token }), 404, true],
    ["a route for everybody", () => ({ path: "/openapi.json" }), 200, true],
    ["a user's own", () => ({ token }), 200, false],
    ["a user's question for what is not there", () => ({ token, path: "/tasks/none" }), 404, false],
    ["a user's mistake", () => ({ token, path: "/tasks?limit=0" }), 400, false],
    ["the look whether it lives", () => ({ path: "/health" }), 200, false],
    ["the look whether it is ready", () => ({ path: "/ready" }), 200, false],
  ];
  it.each(cases)("%s", async (_, asked, status, counts) => {
    const address = newAddress();
    for (let times = 0; times < perMinute; times++) {
      expect(await isBlocked(address)).toBe(false);
      expect((await ask(test, address, await asked())).status).toBe(status);
    }
    expect(await isBlocked(address)).toBe(counts);
    expect((await ask(test, address, await asked())).status).toBe(counts ? 429 : status);
  });
});

describe("an address that has had its number", () => {
  it("is told so, and when to come back, whoever uses it and whatever is asked; others and probes are answered", async () => {
    const address = newAddress();
    for (let times = 0; times < perMinute; times++) await ask(test, address);
    for (const asked of [{}, { token }, { method: "POST", path: "/quotes", token }, { path: "/nowhere" }]) {
      const refused = await ask(test, address, asked);
      const seconds = Number(refused.headers.get("retry-after"));
      expect(refused.status).toBe(429);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(refused.json).toMatchObject({
        error: "rate_limited",
        details: { retry_after_s: seconds, limit: perMinute, remaining: 0, reset_s: seconds },
      });
      expect(refused.headers.get("ratelimit-limit")).toBe(String(perMinute));
      expect(refused.headers.get("ratelimit-remaining")).toBe("0");
      expect(refused.headers.get("ratelimit-reset")).toBe(String(seconds));
    }
    expect((await ask(test, address, { path: "/health" })).status).toBe(200);
    expect((await ask(test, address, { path: "/ready" })).status).toBe(200);
    expect((await ask(test, newAddress(), { token })).status).toBe(200);
  });

  it("has been told 401 exactly that often, however many ask at once", async () => {
    const address = newAddress();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(test, address, { token: "abc" })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(perMinute);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40 - perMinute);
  });

  it("cannot get away by moving inside its IPv6 network, or by writing X-Forwarded-For", async () => {
    const forged = newAddress();
    const statuses = [];
    for (let times = 0; times < perMinute + 1; times++) {
      statuses.push((await ask(test, `2001:db8:0:1::${times}`)).status);
      statuses.push((await ask(test, forged, { forwardedFor: `203.0.113.${times}` })).status);
    }
    expect(statuses.slice(-2)).toEqual([429, 429]);
    expect((await ask(test, "2001:db8:0:2::1", { token })).status).toBe(200);
  });
});

describe("behind a proxy", () => {
  it("clients are told apart by what the proxy wrote, not by what they wrote", async () => {
    const proxied = await open({ perMinute, trustedProxies: 1 });
    const from = (client: string, asked: Asked = {}) =>
      ask(proxied, "10.0.0.1", { ...asked, forwardedFor: client });
    for (let times = 0; times < perMinute; times++) await from(`1.1.1.${times}, 203.0.113.5`);
    expect((await from("9.9.9.9, 203.0.113.5", { token })).status).toBe(429);
    expect((await from("203.0.113.5, 203.0.113.6", { token })).status).toBe(200);
  });
});

describe("a host that tells no address", () => {
  it("has nothing counted, and is told so once", async () => {
    const blind = await open({ perMinute });
    for (let times = 0; times < perMinute + 2; times++)
      expect((await ask(blind, undefined)).status).toBe(401);
    expect((await blind.bff.fetch(requestOf({}))).status).toBe(401);
    expect((await blind.bff.fetch(requestOf({}), { remoteAddress: 7 })).status).toBe(401);
    expect(blind.troubles.filter(({ message }) => message.includes("tells no address"))).toHaveLength(1);
  });
});

describe("a Redis that does not answer", () => {
  const closing: (() => unknown)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

  /** Connections are taken, and nothing is ever said. */
  async function mutePort(): Promise<number> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as { port: number }).port;
  }
  function client(port: number, options: object = {}): Redis {
    const redis = new Redis({ port, host: "127.0.0.1", ...options });
    redis.on("error", () => undefined);
    closing.push(() => redis.disconnect());
    return redis;
  }
  const troubles: Readonly<Record<string, () => Promise<Redis>>> = {
    "is not there": async () => client(1),
    "is mute before it was ready": async () => client(await mutePort()),
    "is mute in the midst of its work": async () => {
      const redis = client(await mutePort(), { enableReadyCheck: false, disableClientInfo: true });
      await vi.waitFor(() => expect(redis.status).toBe("ready"));
      return redis;
    },
  };
  it.each(Object.entries(troubles))("%s: reading goes on, and nothing is made", async (_, connect) => {
    const redis = await connect();
    const down = await open({ perMinute, redis, timeoutMs: 50 });
    const address = newAddress();
    const balance = await ask(down, address, { token });
    const refused = await ask(down, address, { method: "POST", path: "/quotes", token });
    expect([balance.status, (await ask(down, address)).status]).toEqual([200, 401]);
    expect((await ask(down, address, { path: "/health" })).status).toBe(200);
    expect([refused.status, refused.json.error]).toEqual([503, "unavailable"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(down.troubles.some(({ message }) => message.includes("limit of addresses cannot be asked"))).toBe(
      true,
    );
  });
});

describe("the window", () => {
  afterEach(() => void vi.useRealTimers());
  it("is over when it was said to be, and not before", async () => {
    vi.useFakeTimers();
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const limit = createAddressLimit({ perMinute: 1 }, quiet);
    const visit = () => limit(requestOf({}), "198.51.100.1");
    await visit().count();
    vi.advanceTimersByTime(12_300);
    await expect(visit().admit()).rejects.toMatchObject({ details: { retry_after_s: 48 } });
    vi.advanceTimersByTime(47_000);
    await expect(visit().admit()).rejects.toMatchObject({ details: { retry_after_s: 1 } });
    vi.advanceTimersByTime(1000);
    await visit().admit();
    expect(vi.getTimerCount(), "nothing is kept of who was here").toBe(0);
  });

  it("counts a visit once, however it goes on", async () => {
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const limit = createAddressLimit({ perMinute: 2 }, quiet);
    const visit = limit(requestOf({}), "198.51.100.1");
    for (let times = 0; times < 5; times++) await visit.count();
    await limit(requestOf({}), "198.51.100.1").admit();
  });
});
