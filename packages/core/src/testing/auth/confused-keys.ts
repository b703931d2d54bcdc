import type { IdentityCase } from "../identity-cases.ts";
import { makeToken, type PublishedSigner, secretSigner, type TokenSigner } from "./token-signer.ts";

/** Who attacks, and with what. */
export interface ConfusedKeys {
  /** Its key is published, and so known to everybody. */
  readonly signer: PublishedSigner;
  /** Has a key of the same kind that is published nowhere. */
  readonly stranger: PublishedSigner;
  /** Published too, for another algorithm. */
  readonly other: PublishedSigner;
  /** An address of the attacker's, where keys of the attacker's would be found. */
  readonly theirUrl: string;
  /** What a good token claims. */
  readonly good: () => object;
}

/** Tokens that try to choose the key they are checked with: `reliability-spec.md` 8.1. */
export async function confusedKeys(attack: ConfusedKeys): Promise<IdentityCase[]> {
  const { signer, stranger, other, theirUrl, good } = attack;
  const { alg, kid } = signer.header;
  const forged = (name: string, by: TokenSigner, header: Record<string, unknown>): IdentityCase => ({
    name: `${alg}: ${name}`,
    authorization: async () => `Bearer ${await makeToken(by, good(), header)}`,
    code: "invalid_token",
  });
  const headers: Record<string, Record<string, unknown>> = {
    "a key of the token's own": { jwk: stranger.jwk },
    "an address of keys": { jku: theirUrl },
    "an address of certificates": { x5u: theirUrl },
    "a certificate of its own": { x5c: ["MIIB"] },
  };
  const names = [
    undefined,
    null,
    "",
    "other",
    7,
    [kid],
    { kid },
    "../../../../dev/null",
    "__proto__",
    "' or 1=1",
  ];
  return [
    forged("a stranger's key under the name of ours", stranger, { kid }),
    forged("a stranger's key under its own name", stranger, {}),
    forged("our key under the name of another", signer, { kid: other.header.kid }),
    ...names.map((name) => forged(`our key under the name ${JSON.stringify(name)}`, signer, { kid: name })),
    forged("our key by the algorithm of another", signer, { alg: other.header.alg, kid: other.header.kid }),
    forged("another's key by our algorithm", other, { alg, kid }),
    ...Object.entries(headers).flatMap(([name, header]) => [
      forged(`${name}, under our name`, stranger, { ...header, kid }),
      forged(`${name}, under its name`, stranger, header),
      forged(`${name}, without a name`, stranger, { ...header, kid: undefined }),
    ]),
    ...(await publicTexts(signer)).flatMap(({ form, bytes }) =>
      ["HS256", "HS512"].map((hmac) =>
        forged(`${hmac} with our public key as the secret, as ${form}`, secretSigner(bytes, hmac), { kid }),
      ),
    ),
  ];
}

/** What somebody who knows the public key may hope that it is read as. */
async function publicTexts({ publicKey, jwk }: PublishedSigner) {
  const der = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const lines = Buffer.from(der)
    .toString("base64")
    .replaceAll(/.{1,64}/g, "$&\n");
  const pem = `-----BEGIN PUBLIC KEY-----\n${lines}-----END PUBLIC KEY-----`;
  const texts: Record<string, string> = {
    PEM: pem,
    "PEM with a last line": `${pem}\n`,
    "base64 of DER": Buffer.from(der).toString("base64"),
    JWK: JSON.stringify(jwk),
    "the first number of its JWK": String(jwk.x ?? jwk.n),
  };
  const forms = Object.entries(texts).map(([form, text]) => ({
    form,
    bytes: new TextEncoder().encode(text),
  }));
  return [{ form: "DER", bytes: der }, ...forms];
}
