import { expect, it } from "vitest";
import { makeToken, secretSigner } from "../testing/auth/token-signer.ts";
import { authSuite } from "../testing/auth-suite.ts";
import { testClaims, testSecret, testSigner, testToken } from "../testing/test-bff.ts";
import { jwtAuth } from "./jwt-auth.ts";
import type { Auth } from "./port.ts";

const ours = { issuer: "https://ours", audience: "api" };
const bearer = (changed: Record<string, unknown>) => async () => `Bearer ${await testToken("ada", changed)}`;
const invalid = (name: string, changed: Record<string, unknown>) => ({
  name,
  authorization: bearer(changed),
  code: "invalid_token" as const,
});
const ask = (auth: Auth, token: string) =>
  auth.authenticate(new Request("http://auth.test", { headers: { authorization: `Bearer ${token}` } }));

authSuite("jwtAuth", {
  auth: jwtAuth({ secret: testSecret }),
  signer: testSigner,
  refused: ["HS384", "HS512"].map((alg) => ({
    name: `${alg}: an algorithm that nobody chose`,
    authorization: async () => `Bearer ${await makeToken(secretSigner(testSecret, alg), testClaims("ada"))}`,
    code: "invalid_token",
  })),
});

authSuite("jwtAuth with an issuer and an audience", {
  auth: jwtAuth({ secret: testSecret, ...ours }),
  signer: testSigner,
  claims: { iss: "https://ours", aud: ["api", "more"] },
  refused: [
    invalid("another issuer", { iss: "https://theirs", aud: "api" }),
    invalid("an issuer that only begins like ours", { iss: "https://ours.example", aud: "api" }),
    invalid("a list of issuers", { iss: ["https://ours"], aud: "api" }),
    invalid("no issuer", { aud: "api" }),
    invalid("another audience", { iss: "https://ours", aud: "shop" }),
    invalid("an audience that only begins like ours", { iss: "https://ours", aud: "api2" }),
    invalid("no audience", { iss: "https://ours" }),
    invalid("an empty list of audiences", { iss: "https://ours", aud: [] }),
  ],
});

const supabaseUser = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
authSuite("jwtAuth for the users of Supabase", {
  auth: jwtAuth({ secret: testSecret, audience: "authenticated", role: "authenticated", userId: "uuid" }),
  signer: testSigner,
  userId: supabaseUser,
  claims: { aud: "authenticated", role: "authenticated" },
  refused: [
    { role: "supabase_admin" },
    { role: undefined },
    { role: ["authenticated"] },
    { role: "Authenticated" },
    { sub: "ada" },
    { sub: supabaseUser.toUpperCase() },
    { sub: `{${supabaseUser}}` },
    { sub: `${supabaseUser}0` },
  ].map((wrong) =>
    invalid(JSON.stringify({ role: "authenticated", ...wrong }), {
      sub: supabaseUser,
      aud: "authenticated",
      role: "authenticated",
      ...wrong,
    }),
  ),
});

it.each([
  { adminClaim: "operator", claims: { operator: true }, admin: true },
  { adminClaim: "operator", claims: { operator: "true" }, admin: false },
  { adminClaim: "operator", claims: { operator: 1 }, admin: false },
  { adminClaim: "operator", claims: { operator: [true] }, admin: false },
  { adminClaim: "operator", claims: { admin: true }, admin: false },
  { adminClaim: "https://a.b/admin", claims: { "https://a.b/admin": true }, admin: true },
  { adminClaim: ["app_metadata", "admin"], claims: { app_metadata: { admin: true } }, admin: true },
  { adminClaim: ["app_metadata", "admin"], claims: { user_metadata: { admin: true } }, admin: false },
  { adminClaim: ["app_metadata", "admin"], claims: { app_metadata: "admin" }, admin: false },
  { adminClaim: ["app_metadata", "admin"], claims: { app_metadata: null }, admin: false },
  { adminClaim: [], claims: { admin: true }, admin: false },
  { adminClaim: undefined, claims: { admin: true, undefined: true, "": true }, admin: false },
])("makes admin $admin of $claims where the claim is $adminClaim", async ({ adminClaim, claims, admin }) => {
  const auth = jwtAuth({ secret: testSecret, ...(adminClaim === undefined ? {} : { adminClaim }) });
  expect((await ask(auth, await testToken("ada", claims))).admin).toBe(admin);
});

it.each([0, 30])("forgives a clock that is %s s off as it was told", async (skewS) => {
  const auth = jwtAuth({ secret: testSecret, skewS });
  const now = Math.floor(Date.now() / 1000);
  const old = await testToken("ada", { exp: now - 15 });
  const early = await testToken("ada", { nbf: now + 15 });
  if (skewS === 0) {
    await expect(ask(auth, old)).rejects.toMatchObject({ code: "token_expired" });
    await expect(ask(auth, early)).rejects.toMatchObject({ code: "invalid_token" });
  } else {
    expect((await ask(auth, old)).expiresAt).toBe((now - 15 + skewS) * 1000);
    expect((await ask(auth, early)).userId).toBe("ada");
  }
});

it("takes a token of 8 kB and none that is longer", async () => {
  const auth = jwtAuth({ secret: testSecret });
  const padded = (bytes: number) => testToken("ada", { pad: "x".repeat(bytes) });
  const empty = (await padded(0)).length;
  const fitting = await padded(Math.floor(((8192 - empty) * 3) / 4) - 2);
  expect(fitting.length).toBeGreaterThan(8180);
  expect(fitting.length).toBeLessThanOrEqual(8192);
  expect((await ask(auth, fitting)).userId).toBe("ada");
  await expect(ask(auth, await padded(6200))).rejects.toMatchObject({ code: "invalid_token" });
});
