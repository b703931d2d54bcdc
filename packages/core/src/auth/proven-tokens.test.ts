import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type JwksServer, startJwksServer } from "../testing/auth/jwks-server.ts";
import { makeToken, publishedSigner } from "../testing/auth/token-signer.ts";
import { testClaims, testSecret, testToken } from "../testing/test-bff.ts";
import { jwksLimits } from "./jwks.ts";
import { jwtAuth } from "./jwt-auth.ts";
import type { Auth } from "./port.ts";
import { createProvenTokens } from "./proven-tokens.ts";

// A token that was good is not computed again, and is let in no longer for it (`reliability-spec.md` 8.1).

const [signer, successor] = await Promise.all([
  publishedSigner("ES256", "one"),
  publishedSigner("ES256", "one"),
]);
const settings = { issuer: "https://ours", audience: false } as const;
const verify = vi.spyOn(crypto.subtle, "verify");
let issuer: JwksServer;
let published: Auth;
let shared: Auth;

const ask = (auth: Auth, token: string) =>
  auth.authenticate(new Request("http://auth.test", { headers: { authorization: `Bearer ${token}` } }));
const refuse = (asked: Promise<unknown>, code: string) => expect(asked).rejects.toMatchObject({ code });
const issued = (claims: object = {}) =>
  makeToken(signer, { ...testClaims("ada"), exp: Date.now() / 1000 + 7200, iss: settings.issuer, ...claims });
const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms);

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z"), toFake: ["Date"] });
  verify.mockClear();
  issuer = await startJwksServer([signer.jwk]);
  published = jwtAuth({ ...settings, jwksUrl: issuer.url });
  shared = jwtAuth({ secret: testSecret });
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

it("computes a signature once, whichever kind it is, and names the same user", async () => {
  for (const [auth, token] of [
    [shared, await testToken("ada", { exp: 2_000_000_000 })],
    [published, await issued()],
  ] as const) {
    verify.mockClear();
    const first = await ask(auth, token);
    for (let again = 0; again < 3; again++) {
      pass(1000);
      expect(await ask(auth, token)).toEqual(first);
    }
    expect(verify).toHaveBeenCalledTimes(1);
  }
});

it("refuses every other text, however much of it was good", async () => {
  const token = await testToken("ada");
  await ask(shared, token);
  const [head, , signature] = token.split(".");
  const [, claims] = (await testToken("grace")).split(".");
  await refuse(ask(shared, `${head}.${claims}.${signature}`), "invalid_token");
  const other = signature?.startsWith("A") ? "B" : "A";
  await refuse(ask(shared, token.replace(/\.[^.]([^.]*)$/, `.${other}$1`)), "invalid_token");
  expect((await ask(shared, token)).userId).toBe("ada");
});

it("keeps what one sign-in has found good from another", async () => {
  const token = await testToken("ada");
  await ask(shared, token);
  await refuse(ask(jwtAuth({ secret: `${testSecret}, but another` }), token), "invalid_token");
});

it("lets nobody in when the time is over", async () => {
  const token = await testToken("ada", { exp: Date.now() / 1000 + 60 });
  const { expiresAt } = await ask(shared, token);
  vi.setSystemTime(expiresAt - 1);
  await ask(shared, token);
  expect(verify).toHaveBeenCalledTimes(1);
  vi.setSystemTime(expiresAt);
  await refuse(ask(shared, token), "token_expired");
});

it("lets nobody in before the time has come, on a clock that was put back", async () => {
  const token = await testToken("ada", { nbf: Date.now() / 1000 });
  await ask(shared, token);
  pass(-60_000);
  await refuse(ask(shared, token), "invalid_token");
});

it("forgets a token with its key, when the issuer withdraws it", async () => {
  const token = await issued();
  await ask(published, token);
  issuer.keys = [];
  pass(jwksLimits.freshMs - 1);
  await ask(published, token);
  pass(1);
  await refuse(ask(published, token), "invalid_token");
});

it("does not take a key for another one of the same name", async () => {
  const token = await issued();
  await ask(published, token);
  issuer.keys = [successor.jwk];
  pass(jwksLimits.freshMs);
  await refuse(ask(published, token), "invalid_token");
});

it("lets nobody in whose key cannot be had any more", async () => {
  const token = await issued();
  await ask(published, token);
  issuer.instead = (_, response) => void response.destroy();
  pass(jwksLimits.keepMs);
  await refuse(ask(published, token), "unavailable");
});

it("remembers so many, and of them those that were shown last", async () => {
  const key = signer.publicKey;
  const tokens = createProvenTokens(async () => key, 2);
  const keep = (userId: string) => {
    const principal = { userId, admin: false, expiresAt: Date.now() + 1000 };
    tokens.keep(userId, { header: { alg: "ES256" }, key, principal });
  };
  keep("ada");
  keep("grace");
  await tokens.find("ada");
  keep("joan");
  const found = await Promise.all(["ada", "grace", "joan"].map((token) => tokens.find(token)));
  expect(found.map((principal) => principal?.userId)).toEqual(["ada", undefined, "joan"]);
});
