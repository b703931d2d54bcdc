import type { JsonValue } from "../shared/json.ts";

/** Hands JSON to a client and gets it back as it was: tickets, cursors. */
export interface SignedText {
  /** `purpose` keeps a text made for one thing from being used for another. */
  sign(purpose: string, value: JsonValue): Promise<string>;
  /** The value; undefined where the text was not made here for this purpose. */
  verify(purpose: string, text: string): Promise<JsonValue | undefined>;
}

const encoder = new TextEncoder();

/** Signs with HMAC-SHA-256 by a secret of the deployment. The text is readable by whoever holds it. */
export function createSignedText(secret: string): SignedText {
  let key: ReturnType<typeof crypto.subtle.importKey> | undefined;
  const keyOf = () => {
    key ??= crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
      "verify",
    ]);
    return key;
  };
  const signed = (purpose: string, payload: string) => encoder.encode(`genbff ${purpose}\n${payload}`);

  return {
    async sign(purpose, value) {
      const payload = toBase64Url(encoder.encode(JSON.stringify(value)));
      const signature = await crypto.subtle.sign("HMAC", await keyOf(), signed(purpose, payload));
      return `${payload}.${toBase64Url(new Uint8Array(signature))}`;
    },
    async verify(purpose, text) {
      const [payload, signature, ...rest] = text.split(".");
      if (!payload || !signature || rest.length > 0) return undefined;
      const bytes = fromBase64Url(signature);
      if (bytes === undefined) return undefined;
      const genuine = await crypto.subtle.verify("HMAC", await keyOf(), bytes, signed(purpose, payload));
      // Only what was signed here is decoded, so it is JSON.
      return genuine ? JSON.parse(new TextDecoder().decode(fromBase64Url(payload))) : undefined;
    },
  };
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
