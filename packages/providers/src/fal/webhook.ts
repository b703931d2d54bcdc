import type { ProviderContext, WebhookNotice, WebhookRequest } from "@genbff/core";
import type { Http } from "../shared/http.ts";
import { createKeyCache } from "../shared/key-cache.ts";
import { parseBody } from "../shared/parse-body.ts";
import { readJson } from "../shared/read-json.ts";
import { statusError } from "../shared/status-error.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { operationNamed } from "../shared/webhook-address.ts";
import { isTimely } from "../shared/webhook-time.ts";
import { referenceOf } from "./reference.ts";
import { keysSchema, webhookSchema } from "./wire.ts";

type PublicKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const encoder = new TextEncoder();

/** What proves a webhook. */
export interface FalWebhooks {
  /** Without a key: the vendor's public keys are for everybody. */
  readonly http: Http;
  /** The only account whose webhooks count; undefined: any that knows our address. */
  readonly userId: string | undefined;
  readonly operations: readonly string[];
}

/**
 * Proves webhooks: ED25519 over the request's id, the account, the time and the body's hash.
 *
 * @see https://docs.fal.ai/model-apis/model-endpoints/webhooks
 */
export function createVerifier({ http, userId, operations }: FalWebhooks) {
  const cache = createKeyCache((signal) => readKeys(http, signal));

  return async function verify(
    request: WebhookRequest,
    { signal }: Pick<ProviderContext, "signal">,
  ): Promise<WebhookNotice | undefined> {
    const header = (name: string) => request.headers.get(`x-fal-webhook-${name}`) ?? "";
    const signature = bytesOfHex(header("signature"));
    if (signature === undefined || !isTimely(header("timestamp"), request.now)) return undefined;
    if (userId !== undefined && header("user-id") !== userId) return undefined;
    const hash = hexOf(await crypto.subtle.digest("SHA-256", new Uint8Array(request.body)));
    const signed = encoder.encode(
      [header("request-id"), header("user-id"), header("timestamp"), hash].join("\n"),
    );
    const proven =
      (await isSigned(await cache.known(signal), signature, signed)) ||
      (await isSigned((await cache.renewed(signal)) ?? [], signature, signed));
    return proven ? noticeOf(request, operations) : undefined;
  };
}

function noticeOf({ body, url }: WebhookRequest, operations: readonly string[]): WebhookNotice | undefined {
  const notice = webhookSchema.safeParse(parseBody(body));
  if (!notice.success) return undefined;
  // The id that the submission was answered with: a repetition on the vendor's side has a `gateway_request_id` of its own.
  const { request_id: id } = notice.data;
  const job = referenceOf(id, operationNamed(url, operations));
  return { eventId: id, jobKey: id, job };
}

async function readKeys(http: Http, signal: AbortSignal): Promise<PublicKey[]> {
  const answer = await http({ purpose: "read", method: "GET", path: ".well-known/jwks.json", signal });
  const { status, headers, ok, body } = answer;
  if (!ok) {
    await body.cancel();
    throw statusError({ vendor: "fal", purpose: "read", status, headers, body: undefined });
  }
  const found = keysSchema.safeParse(await readJson(answer));
  const usable = (found.data?.keys ?? []).filter(
    ({ kty, crv, x }) => kty === "OKP" && crv === "Ed25519" && x,
  );
  const imported = await Promise.allSettled(usable.map(({ x = "" }) => toPublicKey(x)));
  // One that is damaged must not keep the others from proving anything.
  const keys = imported.flatMap((key) => (key.status === "fulfilled" ? [key.value] : []));
  if (keys.length === 0) throw brokenCall({ vendor: "fal", purpose: "read", why: "there is no key" });
  return keys;
}

function toPublicKey(x: string): Promise<PublicKey> {
  return crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x }, "Ed25519", false, ["verify"]);
}

async function isSigned(
  keys: readonly PublicKey[],
  signature: Uint8Array<ArrayBuffer>,
  text: Uint8Array<ArrayBuffer>,
) {
  for (const key of keys) if (await crypto.subtle.verify("Ed25519", key, signature, text)) return true;
  return false;
}

function bytesOfHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[0-9a-f]{128}$/i.test(text)) return undefined;
  return Uint8Array.from({ length: 64 }, (_, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  );
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
