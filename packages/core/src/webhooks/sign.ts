const secretBytes = { min: 24, max: 64 };
const encoder = new TextEncoder();

/**
 * The bytes of a secret of the Standard Webhooks scheme: `whsec_` and base64 of 24 to 64 bytes.
 *
 * @throws Error - it is written in another way; the message does not repeat it.
 */
export function readSecret(secret: string): Uint8Array<ArrayBuffer> {
  const [, text = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = text.length % 4 === 0 ? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) : [];
  if (bytes.length < secretBytes.min || bytes.length > secretBytes.max)
    throw new Error("webhooks.secret must be whsec_ and the base64 of 24 to 64 bytes");
  return bytes as Uint8Array<ArrayBuffer>;
}

/** One message with its headers: what is signed is `{id}.{seconds}.{body}`, under every secret, the newest first. */
export async function signMessage(
  secrets: readonly Uint8Array<ArrayBuffer>[],
  message: { readonly id: string; readonly atMs: number; readonly body: string },
): Promise<Record<string, string>> {
  const seconds = String(Math.floor(message.atMs / 1000));
  const signed = encoder.encode(`${message.id}.${seconds}.${message.body}`);
  const signatures = await Promise.all(secrets.map((secret) => signature(secret, signed)));
  return {
    "webhook-id": message.id,
    "webhook-timestamp": seconds,
    "webhook-signature": signatures.join(" "),
  };
}

async function signature(secret: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
  return `v1,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
