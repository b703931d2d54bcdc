import { describe, expect, it } from "vitest";
import type { Auth } from "../auth/port.ts";
import { type IdentityCase, identityCases, type TokenOf } from "./identity-cases.ts";

/** How the suite is run. */
export interface AuthSuiteOptions {
  readonly auth: Auth;
  /** Makes what `auth` takes. */
  readonly tokenOf: TokenOf;
  /** Further ways to be refused that only this implementation knows. */
  readonly refused?: readonly IdentityCase[];
}

/** What everything that tells who asks must hold: it names the user of a good token, and refuses all others with the right code. */
export function authSuite(name: string, { auth, tokenOf, refused = [] }: AuthSuiteOptions): void {
  const ask = (authorization: string | undefined) => {
    const headers = authorization === undefined ? {} : { authorization };
    return auth.authenticate(new Request("http://auth.test", { headers }));
  };

  describe(`auth: ${name}`, () => {
    it("names the user, no admin, and the end of the proof", async () => {
      const before = Date.now();
      const principal = await ask(`Bearer ${await tokenOf("ada")}`);
      expect(principal).toMatchObject({ userId: "ada", admin: false });
      expect(principal.expiresAt).toBeGreaterThan(before);
      expect(Number.isFinite(principal.expiresAt)).toBe(true);
    });

    it.each([...identityCases(tokenOf), ...refused])(
      "refuses $name: $code",
      async ({ authorization, code }) => {
        await expect(ask(await authorization())).rejects.toMatchObject({ code });
      },
    );
  });
}
