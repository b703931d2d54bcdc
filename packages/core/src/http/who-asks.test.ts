import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jwtAuth } from "../auth/jwt-auth.ts";
import type { Auth } from "../auth/port.ts";
import { verifyAuth } from "../auth/verify-auth.ts";
import { createBff } from "../create-bff.ts";
import { AppError } from "../errors/app-error.ts";
import { files } from "../storage/files.ts";
import { startJwksServer } from "../testing/auth/jwks-server.ts";
import { makeToken, publishedSigner } from "../testing/auth/token-signer.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createTestBff, type TestBff, testSecret, testToken } from "../testing/test-bff.ts";

let database: TestDatabase;
const opened: TestBff[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(opened.map((test) => test.stop()));
  await database.close();
});

async function open(auth: Auth) {
  const test = await createTestBff(database.database, { auth });
  opened.push(test);
  return {
    troubles: test.troubles,
    ask: async (authorization?: string, path = "/credits/balance") => {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await test.bff.fetch(new Request(`http://bff.test/api${path}`, { headers }));
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
    },
  };
}
const later = () => Date.now() + 60_000;
/** What nobody outside may read. */
const canary = "redis://sessions:canary@10.0.0.7";

describe("a sign-in of one's own", () => {
  it.each<[string, () => never | unknown, number, string]>([
    ["nobody", () => null, 401, "unauthenticated"],
    ["somebody without a name", () => ({ userId: "", expiresAt: later() }), 401, "invalid_token"],
    ["U+0000", () => ({ userId: "a\u0000", expiresAt: later() }), 401, "invalid_token"],
    ["somebody of yesterday", () => ({ userId: "ada", expiresAt: 1 }), 401, "token_expired"],
    [
      "its refusal",
      () => Promise.reject(new AppError("invalid_token", { cause: canary })),
      401,
      "invalid_token",
    ],
    ["its outage", () => Promise.reject(new Error(`connect ECONNREFUSED ${canary}`)), 503, "unavailable"],
    ["a code of another kind", () => Promise.reject(new AppError("internal_error")), 503, "unavailable"],
  ])("that answers with %s lets nobody in, and tells nothing", async (_, verify, status, code) => {
    for (const auth of [verifyAuth(verify as never), { authenticate: async () => verify() as never }]) {
      const { ask, troubles } = await open(auth);
      const answer = await ask("Bearer any");
      expect(answer).toMatchObject({ status, body: { error: code } });
      expect(answer.text).not.toContain("canary");
      expect(Object.keys(answer.body).sort()).toEqual(["error", "message", "request_id"]);
      expect(answer.headers.get(status === 401 ? "www-authenticate" : "retry-after")).toMatch(
        /^(Bearer|\d+)$/,
      );
      // Whoever operates it must learn of an outage.
      expect(troubles).toHaveLength(status === 503 ? 1 : 0);
      expect(await ask(undefined, "/health")).toMatchObject({ status: 200 });
    }
  });

  it.each([
    ["quotes", `a'b"c\\; drop table genbff.tasks; --`],
    ["spaces", " a b "],
    ["other alphabets", "Ünï\u0301код 学"],
    ["what looks like a path", "../../etc/passwd?x=%00#"],
    ["255 characters of two words each", "😀".repeat(255)],
    ["the name of a field of every object", "__proto__"],
  ])("may name its users with %s", async (_, userId) => {
    const { ask } = await open(verifyAuth(() => ({ userId, expiresAt: later() })));
    expect(await ask()).toMatchObject({ status: 200, body: { available: 100 } });
    expect(await ask(undefined, "/tasks")).toMatchObject({ status: 200, body: { items: [] } });
    const wallets = await database.query("select from public.user_credits where user_id = $1", [userId]);
    expect(wallets).toHaveLength(1);
  });
});

describe("published keys", () => {
  it("that cannot be fetched are an outage: 503, a reason in the log, and the way back by itself", async () => {
    const signer = await publishedSigner("ES256", "one");
    const issuer = await startJwksServer([signer.jwk]);
    try {
      issuer.instead = (_, response) => void response.writeHead(500).end(canary);
      const urls = { jwksUrl: issuer.url, issuer: "https://ours", audience: "api" };
      const { ask, troubles } = await open(jwtAuth(urls));
      const claims = { sub: "ada", exp: Math.floor(later() / 1000), iss: "https://ours", aud: "api" };
      const authorization = `Bearer ${await makeToken(signer, claims)}`;
      const answer = await ask(authorization);
      expect(answer).toMatchObject({ status: 503, body: { error: "unavailable" } });
      expect(answer.text).not.toContain(issuer.url);
      expect(troubles.map(({ message }) => message)).toContain("The issuer's keys could not be fetched");
      expect(JSON.stringify(troubles)).not.toContain("canary");
      issuer.instead = undefined;
      await expect.poll(async () => (await ask(authorization)).status, { timeout: 20_000 }).toBe(200);
    } finally {
      await issuer.close();
    }
  });
});

describe("a BFF without auth", () => {
  const withoutAuth = () => ({
    database: database.database,
    storage: files("unused"),
    providers: {},
    prices: {},
    secret: testSecret,
  });

  it("does not compile, and does not start where no compiler has looked", () => {
    // @ts-expect-error there is no default that lets everybody in
    expect(() => createBff(withoutAuth())).toThrow("auth is missing");
  });

  it.each([undefined, null, {}, { authenticate: true }, () => ({ userId: "ada", expiresAt: 1 })])(
    "does not start with %o instead",
    (auth) => {
      expect(() => createBff({ ...withoutAuth(), auth } as never)).toThrow("auth is missing");
    },
  );
});

it("tells a user by the token alone: nothing else that is sent names one", async () => {
  const { ask } = await open(jwtAuth({ secret: testSecret }));
  for (const query of ["?user_id=bob", "?sub=bob", "?userId=bob"])
    expect((await ask(`Bearer ${await testToken("ada")}`, `/tasks${query}`)).status).toBe(400);
  expect(await ask(undefined, `/tasks?access_token=${await testToken("ada")}`)).toMatchObject({
    status: 401,
    body: { error: "unauthenticated" },
  });
});
