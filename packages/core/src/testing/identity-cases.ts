import type { ErrorCode } from "../contract/error-codes.ts";

/** A way to ask without being somebody. */
export interface IdentityCase {
  readonly name: string;
  /** The header's value; undefined: none. */
  readonly authorization: () => Promise<string | undefined>;
  readonly code: ErrorCode;
}

/** Makes a good token of a user; `claims` add to it or replace what is in it. */
export type TokenOf = (userId: string, claims?: Record<string, unknown>) => Promise<string>;

const now = () => Math.floor(Date.now() / 1000);
const encode = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
const unsigned = (header: object, signature: string) => async () =>
  `Bearer ${encode(header)}.${encode({ sub: "ada", exp: now() + 60 })}.${signature}`;

/** Every one is a 401, with its code. */
export function identityCases(tokenOf: TokenOf): IdentityCase[] {
  const bearer = (claims: Record<string, unknown>) => async () => `Bearer ${await tokenOf("ada", claims)}`;
  return [
    { name: "no header", authorization: async () => undefined, code: "unauthenticated" },
    { name: "an empty header", authorization: async () => "", code: "unauthenticated" },
    { name: "a scheme without a token", authorization: async () => "Bearer", code: "unauthenticated" },
    { name: "another scheme", authorization: async () => "Basic YTpi", code: "unauthenticated" },
    {
      name: "two tokens",
      authorization: async () => `Bearer ${await tokenOf("ada")}, Bearer ${await tokenOf("bob")}`,
      code: "unauthenticated",
    },
    { name: "a word", authorization: async () => "Bearer cat", code: "invalid_token" },
    {
      name: "a token that is too long",
      authorization: bearer({ pad: "x".repeat(8192) }),
      code: "invalid_token",
    },
    { name: "an old token", authorization: bearer({ exp: now() - 60 }), code: "token_expired" },
    { name: "a token of tomorrow", authorization: bearer({ nbf: now() + 3600 }), code: "invalid_token" },
    { name: "a token issued tomorrow", authorization: bearer({ iat: now() + 3600 }), code: "invalid_token" },
    { name: "a token without an end", authorization: bearer({ exp: undefined }), code: "invalid_token" },
    { name: "a token of nobody", authorization: bearer({ sub: undefined }), code: "invalid_token" },
    { name: "a token of somebody without a name", authorization: bearer({ sub: "" }), code: "invalid_token" },
    { name: "a token of a name that is no text", authorization: bearer({ sub: 7 }), code: "invalid_token" },
    { name: "an anonymous key", authorization: bearer({ role: "anon" }), code: "invalid_token" },
    { name: "a service key", authorization: bearer({ role: "service_role" }), code: "invalid_token" },
    { name: "another signature", authorization: unsigned({ alg: "HS256" }, "AAAA"), code: "invalid_token" },
    { name: "no signature", authorization: unsigned({ alg: "none" }, ""), code: "invalid_token" },
    { name: "another algorithm", authorization: unsigned({ alg: "HS512" }, "AAAA"), code: "invalid_token" },
    {
      name: "an extension that nobody knows",
      authorization: unsigned({ alg: "HS256", crit: ["x"], x: 1 }, "AAAA"),
      code: "invalid_token",
    },
  ];
}
