import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SignIn } from "../auth/sign-in.ts";
import type { AppError } from "../errors/app-error.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { ask } from "../testing/host-request.ts";
import { createTestBff } from "../testing/test-bff.ts";
import { supabaseSignIn } from "./sign-in.ts";

// supabase-js over a socket, and behind it what the auth server answers by its documentation:
// https://supabase.com/docs/guides/auth/debugging/error-codes and the OpenAPI document of supabase/auth.

const email = "ada@example.com";
const password = "a password that nobody may read";
const given = { email, password };
const from = { address: undefined };
const user = { id: "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111", aud: "authenticated", email, identities: [{}] };
const tokens = { access_token: "an.access.token", refresh_token: "refresh", token_type: "bearer", user };
const session = { ...tokens, expires_in: 3600, expires_at: Math.floor(Date.now() / 1000) + 3600 };

interface Asked {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
let asked: Asked[] = [];
let answer: RequestListener;
const gotrue = createServer(async (request, response) => {
  const text = (await request.setEncoding("utf8").toArray()).join("");
  asked.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
  answer(request, response);
}).listen(0, "127.0.0.1");
await once(gotrue, "listening");
const url = `http://127.0.0.1:${(gotrue.address() as AddressInfo).port}`;
const signIn = supabaseSignIn({ url, key: "sb_publishable_1" });

afterAll(async () => {
  gotrue.closeAllConnections();
  gotrue.close();
  await once(gotrue, "close");
});
beforeEach(() => {
  asked = [];
});

const json =
  (status: number, body: object): RequestListener =>
  (_, response) =>
    void response
      .writeHead(status, { "content-type": "application/json", "x-supabase-api-version": "2024-01-01" })
      .end(JSON.stringify(body));
const refusal = (status: number, code: string, more: object = {}) =>
  json(status, { code, message: `what it says of ${email} and ${password}`, ...more });
const failure = (made: Promise<unknown>): Promise<AppError> =>
  made.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: AppError) => error,
  );
const both = ["signUp", "logIn"] as const satisfies readonly (keyof SignIn)[];

describe("a sign-up", () => {
  it("asks the auth server once, with what was given and the project's key", async () => {
    answer = json(200, { ...user, confirmation_sent_at: "2026-11-22T00:00:00Z" });
    await signIn.signUp({ ...given, captcha_token: "not a robot" }, from);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.path).toBe("/auth/v1/signup");
    expect(asked[0]?.headers).toMatchObject({ apikey: "sb_publishable_1" });
    expect(asked[0]?.headers).not.toHaveProperty("authorization");
    expect(asked[0]?.body).toMatchObject({
      ...given,
      gotrue_meta_security: { captcha_token: "not a robot" },
    });
  });

  it.each([
    ["confirms, for a new address", json(200, user), "confirm_email"],
    // So it hides that somebody has the address.
    ["confirms, for a known one", json(200, { ...user, identities: [] }), "confirm_email"],
    ["confirms nothing, for a new address", json(200, session), "log_in"],
    ["confirms nothing, for a known one", refusal(422, "user_already_exists"), "log_in"],
    ["confirms nothing, for one of another identity", refusal(422, "email_exists"), "log_in"],
  ])("at a project that %s, says what comes next and nothing more", async (_, answered, next) => {
    answer = answered;
    expect(await signIn.signUp(given, from)).toEqual({ next });
  });

  it("says what a password lacks", async () => {
    answer = refusal(422, "weak_password", {
      weak_password: { reasons: ["length", "pwned", `not ${password}`] },
    });
    expect(await failure(signIn.signUp(given, from))).toMatchObject({
      code: "weak_password",
      details: { reasons: ["length", "pwned"] },
    });
  });
});

describe("a log-in", () => {
  it("gives the session, and when it ends", async () => {
    answer = json(200, session);
    const before = Date.now();
    const made = await signIn.logIn(given, from);
    expect(asked[0]?.path).toBe("/auth/v1/token?grant_type=password");
    expect(made).toEqual({
      access_token: "an.access.token",
      refresh_token: "refresh",
      token_type: "bearer",
      expires_at: expect.any(String),
      user_id: user.id,
    });
    expect(Date.parse(made.expires_at)).toBeGreaterThanOrEqual(before + 3_600_000);
  });

  it("leaves nobody signed in for the next one", async () => {
    answer = json(200, session);
    await Promise.all([signIn.logIn(given, from), signIn.logIn({ ...given, email: "bob@b.test" }, from)]);
    await signIn.logIn(given, from);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ["no session", {}],
    ["no user", { ...session, user: null }],
    ["no token to go on with", { ...session, refresh_token: "" }],
    ["an end that is none", { ...session, expires_in: "soon" }],
  ])("that is answered with %s is an outage", async (_, body) => {
    answer = json(200, body);
    expect(await failure(signIn.logIn(given, from))).toMatchObject({ code: "unavailable" });
  });
});

describe.each(both)("%s", (name) => {
  it.each([
    [400, "invalid_credentials", "invalid_credentials"],
    [400, "user_banned", "invalid_credentials"],
    [403, "user_banned", "invalid_credentials"],
    [400, "email_not_confirmed", "email_not_confirmed"],
    [400, "captcha_failed", "captcha_failed"],
    [422, "signup_disabled", "forbidden"],
    [422, "email_provider_disabled", "forbidden"],
    [400, "email_address_invalid", "validation_failed"],
    [400, "validation_failed", "validation_failed"],
    [429, "over_request_rate_limit", "rate_limited"],
    [429, "over_email_send_rate_limit", "rate_limited"],
    [429, "whatever_comes_next", "rate_limited"],
    [400, "email_address_not_authorized", "unavailable"],
    [422, "hook_payload_invalid_content_type", "unavailable"],
    [500, "unexpected_failure", "unavailable"],
    [504, "request_timeout", "unavailable"],
  ])("makes of HTTP %i %s the code %s, and repeats no text", async (status, code, ours) => {
    answer = refusal(status, code);
    const failed = await failure(signIn[name](given, from));
    expect(failed).toMatchObject({ code: ours });
    expect(inspect(failed, { depth: 10, showHidden: true })).not.toMatch(/what it says|nobody may read/);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, RequestListener, RegExp]>([
    ["refuses the key", json(401, { message: "Invalid API key" }), /publishable \(anon\) key of the project/],
    ["shows a page", (_, response) => void response.end("<html>"), /no answer of a sign-in|no answer came/],
    ["is behind a broken proxy", (_, response) => void response.writeHead(502).end("<html>"), /HTTP 502/],
    ["hangs up", (request) => void request.socket.destroy(), /no answer came/],
    [
      "sends us elsewhere",
      (_, response) => void response.writeHead(307, { location: url }).end(),
      /no answer/,
    ],
    ["never answers", () => undefined, /no answer came/],
  ])("is an outage where the server %s", async (_, answered, message) => {
    answer = answered;
    const failed = await failure(supabaseSignIn({ url, key: "k", timeoutMs: 200 })[name](given, from));
    expect(failed).toMatchObject({ code: "unavailable", message: expect.stringMatching(message) });
    expect(asked).toHaveLength(1);
  });
});

it("shows a legacy key in both headers, as it is a token", async () => {
  answer = json(200, session);
  await supabaseSignIn({ url, key: "a.b.c" }).logIn(given, from);
  expect(asked[0]?.headers).toMatchObject({ apikey: "a.b.c", authorization: "Bearer a.b.c" });
});

it.each([
  ["sb_secret_1", "203.0.113.7", "203.0.113.7"],
  ["sb_secret_1", "2001:db8:1:2::/64", "2001:db8:1:2::"],
  ["sb_secret_1", undefined, undefined],
  ["sb_publishable_1", "203.0.113.7", undefined],
])("with the key %s tells of the address %s: %s", async (key, address, told) => {
  answer = json(200, session);
  await supabaseSignIn({ url, key }).logIn(given, { address });
  expect(asked[0]?.headers["sb-forwarded-for"]).toBe(told);
});

it.each([
  [{ url: "https://a.supabase.co/auth/v1", key: "k" }, /url must be the project's/],
  [{ url, key: "" }, /key must be/],
])("says no at start to %j", (options, message) => {
  expect(() => supabaseSignIn(options)).toThrow(message);
});

describe("through a BFF", () => {
  const remote = { remoteAddress: "203.0.113.7" };
  let embedded: TestDatabase;
  beforeAll(async () => {
    embedded = await createTestDatabase();
  }, 60_000);
  afterAll(() => embedded?.close());

  const open = async (options: Parameters<typeof createTestBff>[1]) => {
    const test = await createTestBff(embedded.database, options);
    const host = {
      baseUrl: "http://bff.test/api",
      fetch: (request: Request) => test.bff.fetch(request, remote),
      close: async () => undefined,
    };
    const post = (path: string, json: unknown = given) => ask(host, { method: "POST", path, json, as: null });
    return { ...test, host, post };
  };

  it("signs up and in, tells Supabase who asks, and puts the password nowhere else", async () => {
    const bff = await open({
      signIn: supabaseSignIn({ url, key: "sb_secret_1" }),
      limits: { addresses: { perMinute: 6 } },
    });
    answer = json(200, user);
    expect(await bff.post("/auth/signup")).toMatchObject({ status: 202, body: { next: "confirm_email" } });
    expect(asked[0]?.headers["sb-forwarded-for"]).toBe("203.0.113.7");
    answer = json(200, session);
    const signedIn = await bff.post("/auth/login");
    expect(signedIn).toMatchObject({ status: 200, body: { user_id: user.id } });
    expect(signedIn.headers.get("cache-control")).toBe("no-store");
    const answers = [signedIn];
    for (const answered of [
      refusal(400, "invalid_credentials"),
      json(401, { message: `Invalid API key ${password}` }),
      (request: Parameters<RequestListener>[0]) => void request.socket.destroy(),
    ]) {
      answer = answered;
      answers.push(await bff.post("/auth/login"));
    }
    answers.push(await bff.post("/auth/login", { ...given, password: [password] }));
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 503, 503, 400]);
    // Whoever guesses is stopped here, before Supabase hears of it.
    const heard = asked.length;
    expect((await bff.post("/auth/login")).body).toMatchObject({ error: "rate_limited" });
    expect(asked).toHaveLength(heard);
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain("nobody may read");
    expect(inspect(bff.troubles, { depth: 20 })).not.toContain("nobody may read");
    expect(inspect(bff.troubles, { depth: 20 })).toContain("refused the key");
    await bff.stop();
  });

  it("has no such routes, and does not describe them, where nobody has asked for them", async () => {
    const bff = await open({ signIn: undefined });
    for (const path of ["/auth/signup", "/auth/login"]) {
      expect(await bff.post(path)).toMatchObject({ status: 404, body: { error: "not_found" } });
      expect((await ask(bff.host, { path })).status).toBe(404);
    }
    const { body } = await ask<{ paths: object }>(bff.host, { path: "/openapi.json" });
    expect(Object.keys(body.paths).filter((path) => path.startsWith("/auth"))).toEqual([]);
    expect(Object.keys(body.paths).length).toBeGreaterThan(10);
    await bff.stop();
  });
});
