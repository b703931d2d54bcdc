import type { ProviderContext, WebhookNotice, WebhookRequest } from "@genbff/core";
import { slug } from "../shared/status-error.ts";
import { taskReference } from "./reference.ts";
import { webhookSchema } from "./wire.ts";

const staleAfterMs = 300_000;
/** A secret that is being replaced signs twice; more is nobody's rotation. */
const signaturesMax = 4;
const encoder = new TextEncoder();

/**
 * Proves that the vendor sent this: `v1` is the HMAC-SHA256 of `{t}.{body}`, in hex, under the whole secret, `whsec_`
 * included. Any one of several may fit, as long as `t` is within 300 s of our clock.
 * https://developers.tripo3d.ai/en/docs
 *
 * Undefined: not proven, stale, or about no task. A low balance is written into the log for the operator.
 */
export async function verifyWebhook(
  secret: string,
  { headers, body, now }: WebhookRequest,
  { logger }: Pick<ProviderContext, "logger">,
): Promise<WebhookNotice | undefined> {
  const { at, signatures } = readSignature(headers.get("tripo-webhook-signature") ?? "");
  if (at === undefined || Math.abs(now - Number(at) * 1000) > staleAfterMs) return undefined;
  if (!(await isSigned(secret, [encoder.encode(`${at}.`), body], signatures))) return undefined;

  const event = webhookSchema.safeParse(readJson(body)).data;
  const task = event?.data;
  if (event === undefined || task?.task_id === undefined) {
    logger.warn({ provider: "tripo", event: slug(event?.type) ?? "unreadable" }, "a webhook about no task");
    return undefined;
  }
  const job = taskReference(task.task_id, { textured: task.input?.texture !== false });
  return { eventId: event.id, jobKey: task.task_id, job };
}

function readSignature(header: string): { at: string | undefined; signatures: readonly string[] } {
  const parts = header.split(",").map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const [at] = valuesOf("t").filter((text) => /^\d{1,12}$/.test(text));
  const signatures = valuesOf("v1").filter((text) => /^[0-9a-f]{64}$/.test(text));
  return { at, signatures: signatures.slice(0, signaturesMax) };
}

/** The platform compares in constant time. */
async function isSigned(secret: string, parts: readonly Uint8Array[], signatures: readonly string[]) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["verify"]);
  const signed = Buffer.concat(parts);
  for (const signature of signatures)
    if (await crypto.subtle.verify("HMAC", key, Buffer.from(signature, "hex"), signed)) return true;
  return false;
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
