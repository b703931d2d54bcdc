import { afterAll, describe, expect, it } from "vitest";
import type { Auth } from "../auth/port.ts";
import { startJwksServer } from "../testing/auth/jwks-server.ts";
import { makeToken, publishedSigner, type TokenSigner } from "../testing/auth/token-signer.ts";
import { authSuite } from "../testing/auth-suite.ts";
import { testClaims, testSecret, testSigner } from "../testing/test-bff.ts";
import { supabaseAuth } from "./auth.ts";

const key = await publishedSigner("ES256", "of this project");
const gate = await startJwksServer([key.jwk]);
afterAll(() => gate.close());

const url = new URL(gate.url).origin;
const userId = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
const claims = { iss: `${url}/auth/v1`, aud: "authenticated", role: "authenticated" };
const tokenOf = (signer: TokenSigner, changed: object = {}) =>
  makeToken(signer, { ...testClaims(userId), ...claims, ...changed });
const ask = async (auth: Auth, token: Promise<string>) =>
  auth.authenticate(new Request("http://auth.test", { headers: { authorization: `Bearer ${await token}` } }));
/** What a project's other tokens say. */
const refusedOf = (signer: TokenSigner) =>
  [
    { iss: "https://another.supabase.co/auth/v1" },
    { iss: url },
    { iss: undefined },
    { aud: "anon" },
    { aud: undefined },
    { role: "anon", sub: undefined },
    { role: "service_role" },
    { role: "supabase_admin" },
    { role: undefined },
    { sub: "ada" },
    { sub: userId.toUpperCase() },
  ].map((wrong) => ({
    name: JSON.stringify(wrong),
    authorization: async () => `Bearer ${await tokenOf(signer, wrong)}`,
    code: "invalid_token" as const,
  }));
const signedBy = (name: string, signer: TokenSigner) => ({
  name,
  authorization: async () => `Bearer ${await tokenOf(signer)}`,
  code: "invalid_token" as const,
});

authSuite("supabaseAuth by the project's published keys", {
  auth: supabaseAuth({ url: `${url}/` }),
  signer: key,
  userId,
  claims,
  refused: [...refusedOf(key), signedBy("a token of the secret that it has left behind", testSigner)],
});

authSuite("supabaseAuth by the project's secret", {
  auth: supabaseAuth({ url, jwtSecret: testSecret }),
  signer: testSigner,
  userId,
  claims,
  refused: [...refusedOf(testSigner), signedBy("a token of keys that nobody has chosen yet", key)],
});

it("asks for the keys where a project publishes them, and not at all without need", async () => {
  const paths: (string | undefined)[] = [];
  gate.instead = (request, response) => {
    paths.push(request.url);
    response.end(JSON.stringify({ keys: [key.jwk] }));
  };
  expect((await ask(supabaseAuth({ url }), tokenOf(key))).userId).toBe(userId);
  await ask(supabaseAuth({ url, jwtSecret: testSecret }), tokenOf(testSigner));
  gate.instead = undefined;
  expect(paths).toEqual(["/auth/v1/.well-known/jwks.json"]);
});

it("takes both while a project moves from the one to the other", async () => {
  const auth = supabaseAuth({ url, jwtSecret: testSecret, migrating: true });
  for (const signer of [key, testSigner]) expect((await ask(auth, tokenOf(signer))).userId).toBe(userId);
});

it.each([
  [{ app_metadata: { genbff_admin: true } }, true],
  [{ app_metadata: { genbff_admin: "true" } }, false],
  [{ user_metadata: { genbff_admin: true } }, false],
  [{ genbff_admin: true }, false],
])("makes of %j an operator: %s", async (more, admin) => {
  const auth = supabaseAuth({ url, jwtSecret: testSecret });
  expect((await ask(auth, tokenOf(testSigner, more))).admin).toBe(admin);
});

describe("says no at start to", () => {
  it.each([
    ["no URL", { url: "" }, /url must be the project's/],
    ["a project's name alone", { url: "abcdefghijklmnopqrst" }, /url must be the project's/],
    ["the URL of a service of it", { url: "https://a.supabase.co/auth/v1" }, /url must be the project's/],
    ["the URL of its database", { url: "postgres://u:p@db.a.supabase.co/x" }, /url must be the project's/],
    ["http on another machine", { url: "http://a.supabase.co" }, /jwksUrl must be https/],
    ["a secret that is too short", { url, jwtSecret: "short" }, /at least 32 characters/],
    ["no secret to move away from", { url, migrating: true }, /migrating needs the jwtSecret/],
    ["what users write themselves", { url, adminClaim: ["user_metadata", "admin"] }, /users can write/],
  ])("%s", (_, options, message) => {
    expect(() => supabaseAuth(options)).toThrow(message);
  });
});
