import type { IdentityCase } from "../identity-cases.ts";
import { makeToken, noSigner, secretSigner, type TokenSigner, toBase64Url } from "./token-signer.ts";

const now = () => Math.floor(Date.now() / 1000);
const text = new TextEncoder();

/**
 * Signed tokens that are not good, or not any more: `reliability-spec.md` section 7 and 8.1.
 *
 * @param signer - Signs good ones. Where only the header is wrong, the signature is right.
 * @param good - What a good token claims.
 */
export function forgedTokens(signer: TokenSigner, good: () => object): IdentityCase[] {
  const alg = String(signer.header.alg);
  const bearer = (name: string, token: () => Promise<string>): IdentityCase => ({
    name: `${alg}: ${name}`,
    authorization: async () => `Bearer ${await token()}`,
    code: "invalid_token",
  });
  const signed = (name: string, header: Record<string, unknown> | string, claims?: string) =>
    bearer(name, () => makeToken(signer, claims ?? good(), header));
  const changed = (name: string, change: (parts: [string, string, string]) => string | Promise<string>) =>
    bearer(name, async () =>
      change((await makeToken(signer, good())).split(".") as [string, string, string]),
    );

  return [
    changed("another signature", ([head, body]) => `${head}.${body}.${toBase64Url(new Uint8Array(64))}`),
    changed("no signature", ([head, body]) => `${head}.${body}.`),
    changed("no signature and no place for one", ([head, body]) => `${head}.${body}`),
    changed("half a signature", ([head, body, end]) => `${head}.${body}.${end.slice(0, end.length / 2)}`),
    changed(
      "the signature of other claims",
      ([head, , end]) => `${head}.${encode({ ...good(), sub: "bob" })}.${end}`,
    ),
    changed(
      "the signature of another header",
      ([, body, end]) => `${encode({ ...signer.header, typ: "JWT" })}.${body}.${end}`,
    ),
    changed("a fourth part", (parts) => `${parts.join(".")}.e30`),
    changed("five parts", (parts) => `${parts.join(".")}.e30.e30`),
    changed("empty parts", () => ".."),
    changed("a header that is no JSON", ([, body, end]) => `Y2F0.${body}.${end}`),
    changed("no header", ([, body, end]) => `.${body}.${end}`),
    changed("claims that were swapped with the header", ([head, body, end]) => `${body}.${head}.${end}`),
    signed("claims that are no JSON", {}, "cat"),
    signed("claims that are a list", {}, "[]"),
    signed("claims that are nothing", {}, "null"),
    signed("claims that end after the last number", {}, `{"sub":"ada","exp":1e400}`),
    signed("a header that is a list", "[]"),
    signed("no algorithm", { alg: undefined }),
    signed("an algorithm that is no text", { alg: [alg] }),
    signed("the algorithm in other letters", { alg: alg.toLowerCase() }),
    signed("a good signature said to be none", { alg: "none" }),
    signed("an extension that nobody knows", { crit: ["x"], x: 1 }),
    signed("an extension that is not there", { crit: ["x"] }),
    signed("an empty list of extensions", { crit: [] }),
    signed("extensions that are no list", { crit: "exp", exp: 1 }),
    signed("a body that is not encoded", { crit: ["b64"], b64: false }),
    ...["none", "None", "NONE", "nOnE", ""].map((none) =>
      bearer(`no signature, by the algorithm "${none}"`, () =>
        makeToken(noSigner, good(), { ...signer.header, alg: none }),
      ),
    ),
    ...["HS256", "HS384", "HS512"].map((hmac) =>
      bearer(`an empty secret, by ${hmac}`, () =>
        makeToken(secretSigner(new Uint8Array(1), hmac), good(), { ...signer.header, alg: hmac }),
      ),
    ),
    bearer("somebody else's secret", () =>
      makeToken(secretSigner("a secret that somebody else has made up"), good(), {
        ...signer.header,
        alg: "HS256",
      }),
    ),
    bearer("an old token with a wrong signature, which is not called old", async () => {
      const [head, , end] = (await makeToken(signer, good())).split(".");
      return `${head}.${encode({ ...good(), exp: now() - 60 })}.${end}`;
    }),
  ];
}

const encode = (value: object) => toBase64Url(text.encode(JSON.stringify(value)));
