import type { CryptoKey, JWTHeaderParameters } from "jose";
import type { Principal } from "./port.ts";

/** A token that was found good, and what that hung on. */
export interface ProvenToken {
  readonly header: JWTHeaderParameters;
  /** The key that its signature was checked with. */
  readonly key: CryptoKey;
  readonly principal: Principal;
}

/** Tokens whose signature need not be computed again. */
export interface ProvenTokens {
  /**
   * Whom the token names, where it is as good as when it was proven. Undefined: check it from the start, which also
   * tells what is wrong with it.
   */
  find(token: string): Promise<Principal | undefined>;
  /** Called when everything about it was found good. */
  keep(token: string, proven: ProvenToken): void;
}

/**
 * Makes a memory of good tokens: docs/adr/2026-11-22-a-good-signature-stays-good.md.
 *
 * @param keyOf - The key that a token with such a header must be signed with at this moment. Asked every time: what an
 *   issuer has withdrawn proves nothing here either.
 * @param keptMax - Then the one that was not shown for longest is forgotten, and checked once more when it comes. A
 *   thousand of the longest tokens are 8 MB.
 */
export function createProvenTokens(
  keyOf: (header: JWTHeaderParameters) => Promise<CryptoKey>,
  keptMax = 1000,
): ProvenTokens {
  const kept = new Map<string, ProvenToken & { readonly provenAt: number }>();
  return {
    async find(token) {
      const proven = kept.get(token);
      if (proven === undefined) return undefined;
      const isSigned = (await keyOf(proven.header)) === proven.key;
      // Of all that was checked only the clock has moved. Put back, it may stand before `nbf` again.
      const now = Date.now();
      const isKept = kept.delete(token);
      if (!isSigned || now < proven.provenAt || now >= proven.principal.expiresAt) return undefined;
      // Put at the end again, unless it was forgotten meanwhile: what is forgotten next stands at the beginning.
      if (isKept) kept.set(token, proven);
      return proven.principal;
    },
    keep(token, proven) {
      kept.set(token, { ...proven, provenAt: Date.now() });
      const [oldest] = kept.keys();
      if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    },
  };
}
