import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { confusedKeys } from "../testing/auth/confused-keys.ts";
import { forgedTokens } from "../testing/auth/forged-tokens.ts";
import { startJwksServer } from "../testing/auth/jwks-server.ts";
import { makeToken, publishedSigner } from "../testing/auth/token-signer.ts";
import { authSuite } from "../testing/auth-suite.ts";
import { testClaims, testSecret, testSigner } from "../testing/test-bff.ts";
import { jwtAuth } from "./jwt-auth.ts";

const [es256, rs256, eddsa, ...rest] = await Promise.all([
  publishedSigner("ES256", "curve"),
  publishedSigner("RS256", "rsa"),
  publishedSigner("EdDSA", "edwards"),
  publishedSigner("ES384", "es384"),
  publishedSigner("RS512", "rs512"),
  publishedSigner("PS256", "ps256"),
  publishedSigner("shortRS256", "short"),
]);
const strangers = {
  ES256: await publishedSigner("ES256", "theirs"),
  RS256: await publishedSigner("RS256", "theirs"),
  EdDSA: await publishedSigner("EdDSA", "theirs"),
};
// All are published: what is refused is not refused for want of a key.
const issuer = await startJwksServer([es256, rs256, eddsa, ...rest].map(({ jwk }) => jwk));
const attacker = await startJwksServer(Object.values(strangers).map(({ jwk }) => jwk));
afterAll(() => Promise.all([issuer.close(), attacker.close()]));

const claims = { iss: "https://ours", aud: "api" };
const settings = { jwksUrl: issuer.url, issuer: claims.iss, audience: claims.aud };
const good = () => ({ ...testClaims("ada"), ...claims });
const bearer = (token: Promise<string>) => async () => `Bearer ${await token}`;
const chosen = { ES256: es256, RS256: rs256, EdDSA: eddsa };

for (const [alg, signer] of Object.entries(chosen)) {
  const stranger = strangers[alg as keyof typeof chosen];
  const other = alg === "RS256" ? es256 : rs256;
  const confused = await confusedKeys({ signer, stranger, other, theirUrl: attacker.url, good });
  authSuite(`jwtAuth by published keys, ${alg}`, {
    auth: jwtAuth(settings),
    signer,
    claims,
    refused: [
      ...confused,
      // Of algorithms that nobody chose, or too short.
      ...rest.map((unwanted) => ({
        name: `a published key of ${unwanted.header.kid}`,
        authorization: () => bearer(makeToken(unwanted, good()))(),
        code: "invalid_token" as const,
      })),
      ...[
        { iss: "https://theirs" },
        { iss: undefined },
        { aud: "shop" },
        { aud: undefined },
        { aud: [] },
      ].map((wrong) => ({
        name: `claims of ${JSON.stringify(Object.keys(wrong))} for another`,
        authorization: () => bearer(makeToken(signer, { ...good(), ...wrong }))(),
        code: "invalid_token" as const,
      })),
    ],
  });

  // While tokens move from the secret to published keys, each kind is checked as it is alone.
  authSuite(`jwtAuth while it migrates to ${alg}`, {
    auth: jwtAuth({ ...settings, secret: testSecret, migrating: true }),
    signer,
    claims,
    refused: confused,
  });
}

authSuite("jwtAuth while it migrates from a secret", {
  auth: jwtAuth({ ...settings, secret: testSecret, migrating: true }),
  signer: testSigner,
  claims,
  refused: forgedTokens(es256, good),
});

describe("published keys", () => {
  const ask = (auth: ReturnType<typeof jwtAuth>, token: string) =>
    auth.authenticate(new Request("http://auth.test", { headers: { authorization: `Bearer ${token}` } }));

  it("are used for the algorithms that were chosen, and no others", async () => {
    for (const alg of ["ES256", "RS256", "EdDSA"] as const) {
      const auth = jwtAuth({ ...settings, algorithms: [alg] });
      for (const signer of Object.values(chosen)) {
        const asked = ask(auth, await makeToken(signer, good()));
        if (signer.header.alg === alg) expect((await asked).userId).toBe("ada");
        else await expect(asked).rejects.toMatchObject({ code: "invalid_token" });
      }
    }
  });

  it("make no token good that was signed with a secret, unless both were asked for", async () => {
    const token = await makeToken(testSigner, good());
    await expect(ask(jwtAuth(settings), token)).rejects.toMatchObject({ code: "invalid_token" });
    const both = jwtAuth({ ...settings, secret: testSecret, migrating: true });
    expect((await ask(both, token)).userId).toBe("ada");
  });

  it("of an issuer that names no audience are used without one, and with any", async () => {
    const auth = jwtAuth({ ...settings, audience: false });
    for (const aud of [undefined, "shop"])
      expect((await ask(auth, await makeToken(es256, { ...good(), aud }))).userId).toBe("ada");
  });

  it("check nothing else than what was signed: whatever is changed in a token, it is refused with 401", async () => {
    const auth = jwtAuth({ ...settings, secret: testSecret, migrating: true });
    const tokens = await Promise.all(
      [...Object.values(chosen), testSigner].map((signer) => makeToken(signer, good())),
    );
    const change = fc.record({
      token: fc.constantFrom(...tokens),
      part: fc.nat(2),
      at: fc.nat(10_000),
      how: fc.constantFrom("flip", "cut", "insert", "replace"),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ token, part, at, how, bytes, bit }) => {
        const parts = token.split(".").map((text) => [...Buffer.from(text, "base64url")]);
        const changed = parts[part] ?? [];
        const place = at % changed.length;
        if (how === "flip") changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        else if (how === "cut") changed.splice(place, bytes.length);
        else if (how === "insert") changed.splice(place, 0, ...bytes);
        else changed.splice(0, changed.length, ...bytes);
        const sent = parts.map((text) => Buffer.from(text).toString("base64url")).join(".");
        await expect(ask(auth, sent)).rejects.toMatchObject({
          code: expect.stringMatching(/^(unauthenticated|invalid_token)$/),
        });
      }),
      { numRuns: 600 },
    );
  });

  it("were never asked for where a token says so", () => {
    expect(issuer.asked).toBeGreaterThan(0);
    expect(attacker.asked).toBe(0);
  });
});
