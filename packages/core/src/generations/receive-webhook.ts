import type { BffContext } from "../context.ts";
import { AppError } from "../errors/app-error.ts";
import type { WebhookNotice, WebhookRequest } from "../providers/port.ts";
import { sha256Hex } from "../shared/digest.ts";
import type { JsonObject } from "../shared/json.ts";
import { storable } from "../shared/storable.ts";
import { readWebhookSecret, type WebhookAddress } from "./webhook-url.ts";

/** A webhook, and the address it came to. */
export interface ReceivedWebhook {
  readonly provider: string;
  readonly address: WebhookAddress;
  readonly request: Omit<WebhookRequest, "now">;
}

const eventIdLengthMax = 255;
/** Some vendors' names of jobs are paths; an index takes a third of a page. */
const jobKeyBytesMax = 2000;
const verifyTimeoutMs = 10_000;

/**
 * Whose address a webhook came to.
 *
 * @throws AppError `invalid_signature` - no address of ours: said before a byte of the body is read.
 */
export async function webhookAddress(
  context: BffContext,
  provider: string,
  secret: string,
): Promise<WebhookAddress> {
  const address = await readWebhookSecret(context, provider, secret);
  if (address === undefined || context.catalogue.provider(provider)?.verifyWebhook === undefined)
    throw new AppError("invalid_signature");
  return address;
}

/**
 * Writes down what a provider tells, once it is proven, and wakes its generation. When it resolves, the notice is
 * committed; a second delivery changes nothing.
 *
 * @throws AppError `invalid_signature` - not proven, or stale.
 * @throws AppError `unavailable` - it could not be proven now, e.g. the vendor's keys could not be read: send it again.
 */
export async function receiveWebhook(context: BffContext, received: ReceivedWebhook): Promise<void> {
  const notice = await verify(context, received);
  if (notice === undefined) throw new AppError("invalid_signature");
  // No job of ours is called so, because no database could have kept its name: to come again would not help it.
  if (!isStorable(notice))
    return context.logger.warn({ provider: received.provider }, "a webhook names no job");
  const { eventId, jobKey, job } = notice;
  const written = (await context.database.call("genbff_webhook", {
    p_provider: received.provider,
    p_event_id: eventId.length <= eventIdLengthMax ? eventId : `sha256:${sha256Hex(eventId)}`,
    p_job_key: jobKey,
    p_payload: { job: job as unknown as JsonObject },
    p_generation_id: received.address.generationId ?? null,
  })) as { generation_id?: string | null };
  if (written.generation_id) context.engine.wake(written.generation_id, 0);
}

/** Whether Postgres can keep it, and a job's name in an index: neither U+0000 nor half a character, however deep inside. */
function isStorable(notice: WebhookNotice): boolean {
  const isNamed = new TextEncoder().encode(notice.jobKey).byteLength <= jobKeyBytesMax;
  return isNamed && JSON.stringify(storable(notice)) === JSON.stringify(notice);
}

async function verify(
  context: BffContext,
  { provider, request }: ReceivedWebhook,
): Promise<WebhookNotice | undefined> {
  try {
    return await context.catalogue
      .provider(provider)
      ?.verifyWebhook?.(
        { ...request, now: context.clock.now() },
        { signal: context.clock.timeout(verifyTimeoutMs), logger: context.logger },
      );
  } catch (error) {
    context.logger.warn({ provider, error }, "a webhook could not be verified");
    throw new AppError("unavailable", { cause: error });
  }
}
