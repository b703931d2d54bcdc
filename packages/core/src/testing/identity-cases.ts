import type { ErrorCode } from "../contract/error-codes.ts";

/** A way to ask without being somebody. */
export interface IdentityCase {
  readonly name: string;
  /** The header's value; undefined: none. */
  readonly authorization: () => Promise<string | undefined>;
  readonly code: ErrorCode;
}

/** Makes a good token of a user; `claims` add to it or replace what is in it. */
export type TokenOf = (userId: string, claims?: Readonly<Record<string, unknown>>) => Promise<string>;

const now = () => Math.floor(Date.now() / 1000);
const hour = 3600;

/**
 * Ways to be refused that hold for every kind of token with claims: `reliability-spec.md` section 7, Authorization.
 *
 * Every one is a 401, with its code. The claims are signed as a good token's are: nothing else is wrong with them.
 */
export function identityCases(tokenOf: TokenOf): IdentityCase[] {
  const sent = (name: string, authorization: (token: string) => string | undefined) => ({
    name,
    authorization: async () => authorization(await tokenOf("ada")),
    code: "unauthenticated" as const,
  });
  const claims = (
    name: string,
    changed: () => Record<string, unknown>,
    code: ErrorCode = "invalid_token",
  ) => ({
    name,
    authorization: async () => `Bearer ${await tokenOf("ada", changed())}`,
    code,
  });
  return [
    sent("no header", () => undefined),
    sent("an empty header", () => ""),
    sent("a scheme without a token", () => "Bearer"),
    sent("a scheme and a space", () => "Bearer "),
    sent("another scheme", () => "Basic YTpi"),
    sent("a good token of another scheme", (token) => `Token ${token}`),
    sent("a good token without a scheme", (token) => token),
    sent("a good token and no space", (token) => `Bearer${token}`),
    sent("two tokens", (token) => `Bearer ${token}, Bearer ${token}`),
    sent("two tokens of one scheme", (token) => `Bearer ${token} ${token}`),
    sent("a token with a parameter", (token) => `Bearer ${token}; a=b`),
    sent("a quoted token", (token) => `Bearer "${token}"`),
    { name: "a word", authorization: async () => "Bearer cat", code: "invalid_token" },
    claims("a token that is too long", () => ({ pad: "x".repeat(8192) })),
    claims("an old token", () => ({ exp: now() - 60 }), "token_expired"),
    claims("a token that was over before it began", () => ({ exp: 0 }), "token_expired"),
    claims("a token of before 1970", () => ({ exp: -1 }), "token_expired"),
    claims("a token of tomorrow", () => ({ nbf: now() + hour })),
    claims("a token whose beginning is no number", () => ({ nbf: `${now() - hour}` })),
    claims("a token issued tomorrow", () => ({ iat: now() + hour })),
    claims("a token whose date of issue is no number", () => ({ iat: "yesterday" })),
    claims("a token without an end", () => ({ exp: undefined })),
    claims("a token whose end is a text", () => ({ exp: `${now() + hour}` })),
    claims("a token whose end is nothing", () => ({ exp: null })),
    claims("a token whose end no date can name", () => ({ exp: 1e300 })),
    claims("a token of nobody", () => ({ sub: undefined })),
    claims("a token of somebody without a name", () => ({ sub: "" })),
    claims("a token of a name that is no text", () => ({ sub: 7 })),
    claims("a token of a name that is a list", () => ({ sub: ["ada"] })),
    claims("a token of a name that nothing can store", () => ({ sub: "a\u0000da" })),
    claims("a token of a name with a line's end", () => ({ sub: "ada\nbob" })),
    claims("a token of half a character", () => ({ sub: "ada\ud800" })),
    claims("a token of a name that is too long", () => ({ sub: "a".repeat(256) })),
    claims("an anonymous key", () => ({ role: "anon" })),
    claims("a service key", () => ({ role: "service_role" })),
    claims("a service key among roles", () => ({ role: ["authenticated", "service_role"] })),
  ];
}
