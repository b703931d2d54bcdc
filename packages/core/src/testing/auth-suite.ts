import { describe, expect, it } from "vitest";
import type { Auth } from "../auth/port.ts";
import { forgedTokens } from "./auth/forged-tokens.ts";
import { makeToken, type TokenSigner } from "./auth/token-signer.ts";
import { type IdentityCase, identityCases } from "./identity-cases.ts";
import { testClaims } from "./test-bff.ts";

/** How the suite is run. */
export interface AuthSuiteOptions {
  readonly auth: Auth;
  /** Signs what `auth` takes. */
  readonly signer: TokenSigner;
  /** What a good token says beside its user and its times. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** A user that `auth` knows. Default `ada`. */
  readonly userId?: string;
  /** Further ways to be refused that only this implementation knows. */
  readonly refused?: readonly IdentityCase[];
}

/** What everything that takes signed tokens must hold: it names the user of a good one, and refuses all others with the right code. */
export function authSuite(name: string, options: AuthSuiteOptions): void {
  const { auth, signer, claims, userId = "ada", refused = [] } = options;
  const good = (changed: object = {}) => ({ ...testClaims(userId), ...claims, ...changed });
  const tokenOf = (_: string, changed?: object) => makeToken(signer, good(changed));
  const ask = (authorization: string | undefined) => {
    const headers = authorization === undefined ? {} : { authorization };
    return auth.authenticate(new Request("http://auth.test", { headers }));
  };

  describe(`auth: ${name}`, () => {
    it("names the user, no admin, and the end of the proof", async () => {
      const before = Date.now();
      const principal = await ask(`Bearer ${await tokenOf(userId)}`);
      expect(principal).toMatchObject({ userId, admin: false });
      expect(principal.expiresAt).toBeGreaterThan(before + 500_000);
      expect(principal.expiresAt).toBeLessThan(before + 700_000);
    });

    it("takes the scheme in any letters, as HTTP does", async () => {
      expect((await ask(`bEARER ${await tokenOf(userId)}`)).userId).toBe(userId);
    });

    it("forgives clocks that differ by a second, and no clocks that differ by more than thirty", async () => {
      const now = Math.floor(Date.now() / 1000);
      await ask(`Bearer ${await tokenOf(userId, { iat: now + 1, nbf: now + 1 })}`);
      for (const early of [{ iat: now + 60 }, { nbf: now + 60 }])
        await expect(ask(`Bearer ${await tokenOf(userId, early)}`)).rejects.toMatchObject({
          code: "invalid_token",
        });
    });

    it.each([...identityCases(tokenOf), ...forgedTokens(signer, good), ...refused])(
      "refuses $name: $code",
      async ({ authorization, code }) => {
        await expect(ask(await authorization())).rejects.toMatchObject({ code });
      },
    );
  });
}
