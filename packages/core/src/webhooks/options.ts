import { createGuardedFetch, type GuardedFetch } from "../assets/guarded-fetch.ts";
import { checkUrl } from "../assets/url-guard.ts";
import { type WebhookEventType, webhookEventTypes } from "../contract/webhook-event.ts";
import type { Logger } from "../shared/logger.ts";
import { standardRetryDelaysMs } from "./retry-delay.ts";
import { readSecret } from "./sign.ts";

/** Where the team's own server listens. */
export interface WebhookOptions {
  /** https on a public host; anything else must be one of `trustedOrigins`. */
  readonly url: string;
  /**
   * `whsec_` and the base64 of 24 to 64 random bytes, shared with the receiver. Several while one is being replaced: all
   * of them sign.
   */
  readonly secret: string | readonly string[];
  /** What is told. Default: everything. What happens while an event is not named here is never told. */
  readonly events?: readonly WebhookEventType[] | undefined;
  /** Exact origins that may be private or plain http, e.g. `http://127.0.0.1:9000`; for webhooks alone. Default none. */
  readonly trustedOrigins?: readonly string[] | undefined;
  /** Waits between the tries. Default: ten tries within three days, as the Standard Webhooks specification proposes. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** How long the receiver may take to answer. Default 15 s. */
  readonly timeoutMs?: number | undefined;
}

/** The same, checked and ready. */
export interface WebhookTarget {
  readonly url: string;
  readonly secrets: readonly Uint8Array<ArrayBuffer>[];
  readonly events: readonly WebhookEventType[];
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly guardedFetch: GuardedFetch;
}

/** More than an old and a new one is a mistake, and every signature is paid for at each try. */
const secretsMax = 4;

/**
 * Checks where webhooks go. Whoever may be reached is decided here alone: an origin that is trusted to be told is not
 * trusted to be fetched from.
 *
 * @throws Error - the URL could never be reached, a secret cannot be used, or an event does not exist.
 */
export function readWebhookOptions(options: WebhookOptions, logger: Logger): WebhookTarget {
  const { url, secret, events = webhookEventTypes, trustedOrigins = [] } = options;
  const ports = [Number(URL.parse(url)?.port ?? 0)];
  const verdict = checkUrl(url, { trustedOrigins: new Set(trustedOrigins), ports });
  if ("refused" in verdict) throw new Error(`webhooks.url cannot be used: ${verdict.refused}`);
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (secrets.length < 1 || secrets.length > secretsMax)
    throw new Error(`webhooks.secret must be 1 to ${secretsMax} secrets`);
  const unknown = events.filter((type) => !webhookEventTypes.includes(type));
  if (unknown.length > 0) throw new Error(`webhooks.events names what is never told: ${unknown.join(", ")}`);
  return {
    url,
    secrets: secrets.map(readSecret),
    events,
    retryDelaysMs: options.retryDelaysMs ?? standardRetryDelaysMs,
    timeoutMs: options.timeoutMs ?? 15_000,
    guardedFetch: createGuardedFetch({ trustedOrigins, ports, logger }),
  };
}
