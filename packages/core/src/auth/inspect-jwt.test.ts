import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { supabaseAuth } from "../supabase/auth.ts";
import { startJwksServer } from "../testing/auth/jwks-server.ts";
import { makeToken, publishedSigner, secretSigner, type TokenSigner } from "../testing/auth/token-signer.ts";
import { testClaims, testSecret, testSigner } from "../testing/test-bff.ts";
import { jwtAuth } from "./jwt-auth.ts";
import type { Auth } from "./port.ts";

// Of a project of Supabase, where most of it goes wrong.

const key = await publishedSigner("ES256", "ours");
const stranger = await publishedSigner("ES256", "ours");
const gate = await startJwksServer();
afterAll(() => gate.close());
beforeEach(() => {
  gate.instead = undefined;
  gate.keys = [key.jwk];
});

const url = new URL(gate.url).origin;
const user = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
const claims = { iss: `${url}/auth/v1`, aud: "authenticated", role: "authenticated" };
const tokenOf = (signer: TokenSigner, changed: object = {}) =>
  makeToken(signer, { ...testClaims(user), ...claims, ...changed });
const told = async (auth: Auth, token?: string) =>
  ((await auth.inspect?.(token)) ?? []).map(({ status, message }) => `${status}: ${message}`);
const published = () => supabaseAuth({ url });
const bySecret = () => supabaseAuth({ url, jwtSecret: testSecret });

describe("keys", () => {
  it("that can be used are counted", async () => {
    gate.keys = [key.jwk, { ...key.jwk, kid: undefined }, { kty: "EC", crv: "P-384", kid: "x" }];
    expect(await told(published())).toEqual([expect.stringMatching(/^ok: .*with 1 keys that http/)]);
  });

  it("that are none yet say that the issuer still has its secret", async () => {
    gate.keys = [];
    expect(await told(published())).toEqual([
      expect.stringMatching(/^problem: .*publishes no key of ES256.*needs that secret here/),
    ]);
  });

  it("of an algorithm that nobody chose are none", async () => {
    const auth = jwtAuth({ jwksUrl: gate.url, issuer: "x", audience: false, algorithms: ["RS256"] });
    expect(await told(auth)).toEqual([expect.stringMatching(/^problem: .*no key of RS256/)]);
  });

  it.each<[string, NonNullable<typeof gate.instead>, RegExp]>([
    ["another page", (_, response) => void response.end("<html>"), /SyntaxError/],
    ["nothing", (_, response) => void response.writeHead(404).end(), /answered with 404/],
    ["a hang-up", (request) => void request.socket.destroy(), /UND_ERR_SOCKET|ECONNRESET/],
  ])("where there is %s are a problem with a reason", async (_, instead, reason) => {
    gate.instead = instead;
    const [finding = ""] = await told(published());
    expect(finding).toMatch(/^problem: .*cannot be fetched from http.*correct the address/);
    expect(finding).toMatch(reason);
  });

  it("of a project that was never there are a problem, whatever it signs with", async () => {
    const abandoned = await startJwksServer();
    await abandoned.close();
    const nowhere = { url: new URL(abandoned.url).origin };
    expect(await told(supabaseAuth(nowhere))).toEqual([expect.stringMatching(/^problem: .*ECONNREFUSED/)]);
    expect(await told(supabaseAuth({ ...nowhere, jwtSecret: testSecret }))).toEqual([
      expect.stringMatching(/^ok/),
      expect.stringMatching(/^problem: The project does not answer .*correct its URL/),
    ]);
  });

  it("beside a secret ask to move", async () => {
    expect(await told(bySecret())).toEqual([
      expect.stringMatching(/^ok/),
      expect.stringMatching(/^warning: The project publishes keys.*migrating: true/),
    ]);
    gate.keys = [];
    expect((await told(bySecret()))[1]).toMatch(/^ok: .*signs with its secret/);
  });
});

describe("a token", () => {
  it("that is let in names its user", async () => {
    expect((await told(published(), await tokenOf(key)))[1]).toBe(
      `ok: The token is let in, as the user ${user}`,
    );
    const admin = await tokenOf(testSigner, { app_metadata: { genbff_admin: true } });
    expect((await told(bySecret(), admin))[1]).toBe(`ok: The token is let in, as the operator ${user}`);
  });

  const other = "https://other.supabase.co/auth/v1";
  it.each<[string, () => Auth, () => string | Promise<string>, RegExp]>([
    [
      "of another project",
      published,
      () => tokenOf(stranger, { iss: other }),
      /issued by https:\/\/other.*of another project/,
    ],
    ["that nobody has issued", bySecret, () => tokenOf(testSigner, { iss: undefined }), /issued by nobody/],
    [
      "for somebody else",
      bySecret,
      () => tokenOf(testSigner, { aud: "shop" }),
      /meant for shop.*those for authenticated/,
    ],
    [
      "of the project itself",
      bySecret,
      () => tokenOf(testSigner, { role: "anon" }),
      /role is anon: sign in as a user/,
    ],
    [
      "of the day before",
      bySecret,
      () => tokenOf(testSigner, { exp: 1000 }),
      /token_expired: it has expired/,
    ],
    ["of the old secret", published, () => tokenOf(testSigner), /shared secret \(HS256\).*migrating: true/],
    ["of the new keys", bySecret, () => tokenOf(key), /published key \(ES256\).*migrating: true/],
    [
      "of another secret",
      bySecret,
      () => tokenOf(secretSigner(`${testSecret}!`)),
      /another key has signed it/,
    ],
    ["of another key with the same name", published, () => tokenOf(stranger), /another key has signed it/],
    ["that is none", bySecret, () => "sb_publishable_1", /it is none, which would be three parts/],
  ])("%s is told why", async (_, auth, token, message) => {
    const given = await token();
    const finding = (await told(auth(), given))[1] ?? "";
    expect(finding).toMatch(/^problem: The token is answered with /);
    expect(finding).toMatch(message);
    expect(finding).not.toContain(given);
  });
});
