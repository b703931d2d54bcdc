import type { ProviderContext, WebhookNotice, WebhookRequest } from "@genbff/core";
import type { Http } from "../shared/http.ts";
import { createKeyCache } from "../shared/key-cache.ts";
import { parseBody } from "../shared/parse-body.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { operationNamed } from "../shared/webhook-address.ts";
import { isTimely } from "../shared/webhook-time.ts";
import { callReplicate } from "./call.ts";
import { referenceOf } from "./reference.ts";
import { secretSchema, webhookSchema } from "./wire.ts";

type SecretKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** What proves a webhook. */
export interface ReplicateWebhooks {
  readonly http: Http;
  /** `whsec_…`; undefined: it is asked for with our token. */
  readonly secret: string | undefined;
  readonly operations: readonly string[];
}

/**
 * Proves webhooks: HMAC-SHA256 over id, time and body, as Standard Webhooks has it. Any of several signatures will do.
 *
 * @see https://replicate.com/docs/topics/webhooks/verify-webhook
 */
export function createVerifier({ http, secret, operations }: ReplicateWebhooks) {
  const cache = createKeyCache(async (signal) => toKey(secret ?? (await askForSecret(http, signal))));

  return async function verify(
    request: WebhookRequest,
    { signal }: Pick<ProviderContext, "signal">,
  ): Promise<WebhookNotice | undefined> {
    const header = (name: string) => request.headers.get(`webhook-${name}`) ?? "";
    const id = header("id");
    const signatures = header("signature").split(" ").flatMap(readSignature);
    if (id === "" || signatures.length === 0 || !isTimely(header("timestamp"), request.now)) return undefined;
    const start = new TextEncoder().encode(`${id}.${header("timestamp")}.`);
    const signed = new Uint8Array(start.length + request.body.length);
    signed.set(start);
    signed.set(request.body, start.length);
    const proven =
      (await isSigned(await cache.known(signal), signatures, signed)) ||
      (secret === undefined && (await isSigned(await cache.renewed(signal), signatures, signed)));
    return proven ? noticeOf(id, request, operations) : undefined;
  };
}

function noticeOf(
  id: string,
  { body, url }: WebhookRequest,
  operations: readonly string[],
): WebhookNotice | undefined {
  const prediction = webhookSchema.safeParse(parseBody(body)).data;
  if (prediction === undefined) return undefined;
  return {
    eventId: id,
    jobKey: prediction.id,
    // It exists at this moment: a "not found" within the next minute is none.
    job: referenceOf(prediction.id, operationNamed(url, operations)),
  };
}

async function askForSecret(http: Http, signal: AbortSignal): Promise<string> {
  const answer = await callReplicate(http, {
    purpose: "read",
    method: "GET",
    path: "webhooks/default/secret",
    signal,
  });
  if (!answer.ok) throw answer.error;
  const found = secretSchema.safeParse(answer.body);
  if (found.success) return found.data.key;
  throw brokenCall({ vendor: "replicate", purpose: "read", why: "there is no secret for webhooks" });
}

function toKey(secret: string): Promise<SecretKey> {
  const bytes = bytesOfBase64(secret.replace(/^whsec_/, ""));
  if (bytes === undefined || bytes.length === 0) {
    throw brokenCall({ vendor: "replicate", purpose: "read", why: "the secret for webhooks is none" });
  }
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

/** Constant in time: the platform compares. */
async function isSigned(
  key: SecretKey | undefined,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  text: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  if (key === undefined) return false;
  for (const signature of signatures)
    if (await crypto.subtle.verify("HMAC", key, signature, text)) return true;
  return false;
}

function readSignature(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = text.startsWith("v1,") ? bytesOfBase64(text.slice(3)) : undefined;
  return bytes?.length === 32 ? [bytes] : [];
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
