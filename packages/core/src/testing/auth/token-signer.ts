/** Makes tokens by Web Crypto alone: the library that checks them has no part in it. */
export interface TokenSigner {
  /** What its tokens' headers say when nothing else is asked for. */
  readonly header: Readonly<Record<string, unknown>>;
  sign(text: string): Promise<Uint8Array>;
}

/** A signer whose key others may know. */
export interface PublishedSigner extends TokenSigner {
  /** As it stands in a set of keys. */
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly publicKey: CryptoKeyOf;
}

type CryptoKeyOf = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const encoder = new TextEncoder();

/** How each algorithm's keys are made, and how they sign. */
const algorithms = {
  ES256: { make: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
  ES384: { make: { name: "ECDSA", namedCurve: "P-384" }, sign: { name: "ECDSA", hash: "SHA-384" } },
  RS256: { make: rsa("RSASSA-PKCS1-v1_5", "SHA-256", 2048), sign: { name: "RSASSA-PKCS1-v1_5" } },
  RS512: { make: rsa("RSASSA-PKCS1-v1_5", "SHA-512", 2048), sign: { name: "RSASSA-PKCS1-v1_5" } },
  PS256: { make: rsa("RSA-PSS", "SHA-256", 2048), sign: { name: "RSA-PSS", saltLength: 32 } },
  /** Of 1024 bits, which nobody should trust any more. */
  shortRS256: { make: rsa("RSASSA-PKCS1-v1_5", "SHA-256", 1024), sign: { name: "RSASSA-PKCS1-v1_5" } },
  EdDSA: { make: { name: "Ed25519" }, sign: { name: "Ed25519" } },
} as const;

function rsa(name: string, hash: string, modulusLength: number) {
  return { name, hash, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
}

/** Has a new pair of keys. */
export async function publishedSigner(name: keyof typeof algorithms, kid: string): Promise<PublishedSigner> {
  const { make, sign } = algorithms[name];
  const alg = name === "shortRS256" ? "RS256" : name;
  const pair = (await crypto.subtle.generateKey(make, true, ["sign", "verify"])) as {
    publicKey: CryptoKeyOf;
    privateKey: CryptoKeyOf;
  };
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const parts = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  return {
    header: { alg, kid },
    jwk: { ...Object.fromEntries(parts), kid, alg, use: "sig" },
    publicKey: pair.publicKey,
    sign: async (text) =>
      new Uint8Array(await crypto.subtle.sign(sign, pair.privateKey, encoder.encode(text))),
  };
}

/** Signs with a secret, or with what somebody hopes is taken for one. */
export function secretSigner(secret: string | Uint8Array<ArrayBuffer>, alg = "HS256"): TokenSigner {
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
  const hash = alg.replace("HS", "SHA-");
  let imported: Promise<CryptoKeyOf> | undefined;
  return {
    header: { alg },
    async sign(text) {
      imported ??= crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign"]);
      return new Uint8Array(await crypto.subtle.sign("HMAC", await imported, encoder.encode(text)));
    },
  };
}

/** Signs nothing. */
export const noSigner: TokenSigner = { header: { alg: "none" }, sign: async () => new Uint8Array() };

/** `claims` and `header` are JSON already where they are texts. `undefined` leaves out a part of the signer's header. */
export async function makeToken(
  signer: TokenSigner,
  claims: object | string,
  header: Readonly<Record<string, unknown>> | string = {},
): Promise<string> {
  const head = typeof header === "string" ? header : JSON.stringify({ ...signer.header, ...header });
  const body = typeof claims === "string" ? claims : JSON.stringify(claims);
  const signed = `${toBase64Url(encoder.encode(head))}.${toBase64Url(encoder.encode(body))}`;
  return `${signed}.${toBase64Url(await signer.sign(signed))}`;
}

/** The same bytes as a part of a token. */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
