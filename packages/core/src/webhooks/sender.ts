import { isFetchFailed } from "../assets/guarded-fetch.ts";
import type { BffContext } from "../context.ts";
import type { WebhookEventType } from "../contract/webhook-event.ts";
import { isAppError } from "../errors/app-error.ts";
import { callOperator } from "../operators/call-operator.ts";
import type { JsonObject } from "../shared/json.ts";
import { type ClaimedEvent, eventBody } from "./event-body.ts";
import type { WebhookTarget } from "./options.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { signMessage } from "./sign.ts";

type Ports = Pick<
  BffContext,
  "database" | "storage" | "clock" | "logger" | "hooks" | "limits" | "closing" | "leaseCalls"
>;

/** What sends what has been written down, in this process. */
export interface WebhookSender {
  /** What somebody listens to. */
  readonly events: readonly WebhookEventType[];
  /** Something is due. Returns at once; one that is at work already goes on. */
  wake(): void;
}

/** Sent side by side; of one task or wallet one at a time. */
const batch = 32;
/** After so many failures what came later about the same is sent all the same: order is no reason to tell nothing. */
const holdsUpTries = 3;

/** Why a try failed, in a word of ours. */
interface FailedTry {
  readonly why: string;
  readonly status?: number | undefined;
  readonly retryAfter?: string | undefined;
}

/**
 * Makes the sender of one process. Any number of them share the work: the database hands each event to one at a time,
 * for as long as a lease, and what a dead process had in its hands is handed out again.
 *
 * At least once: a process that dies between the receiver's answer and its own note sends again, with the same id.
 */
export function createWebhookSender(target: WebhookTarget, ports: Ports): WebhookSender {
  const { database, closing, leaseCalls, logger } = ports;
  /** Longer than a try may take, so that nobody else sends it meanwhile. */
  const leaseMs = target.timeoutMs + ports.limits.leaseMs;
  let working = false;

  /** A process that stops waits for these: what is in its hands is given back. */
  const tracked = <T>(call: Promise<T>): Promise<T> => {
    leaseCalls.add(call);
    return call.finally(() => leaseCalls.delete(call));
  };
  const work = async () => {
    while (!closing.aborted) {
      const args = { p_count: batch, p_lease_ms: leaseMs };
      const claimed = (await database.call("genbff_claim_webhooks", args)) as unknown as ClaimedEvent[];
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((event) => sendOne(target, ports, event)));
    }
  };
  return {
    events: target.events,
    wake() {
      if (working || closing.aborted) return;
      working = true;
      const done = work()
        .catch((error: unknown) =>
          logger.error({ error }, "webhooks could not be sent; they are tried again"),
        )
        .finally(() => {
          working = false;
        });
      void tracked(done);
    },
  };
}

async function sendOne(target: WebhookTarget, ports: Ports, event: ClaimedEvent): Promise<void> {
  const { database, closing } = ports;
  const of = { p_event_id: event.event_id, p_claim: event.claim };
  // Every earlier try has been used up by a process that died of it, or with it.
  const lost = event.tries > target.retryDelaysMs.length + 1;
  const failed = lost ? { why: "lost" } : await tryOnce(target, ports, event);
  if (failed === undefined) {
    await database.call("genbff_webhook_sent", { p_event_id: event.event_id });
  } else if (closing.aborted) {
    await database.call("genbff_hand_back_webhook", of);
  } else {
    await noteFailure(target, ports, event, failed);
  }
}

/** Undefined: the receiver has it. Nothing of its answer is read but the status. */
async function tryOnce(
  { url, secrets, timeoutMs, guardedFetch }: WebhookTarget,
  { storage, clock, closing, logger }: Ports,
  event: ClaimedEvent,
): Promise<FailedTry | undefined> {
  const outOfTime = clock.timeout(timeoutMs);
  try {
    const body = JSON.stringify(await eventBody(storage, event));
    const signed = await signMessage(secrets, { id: event.event_id, atMs: clock.now(), body });
    const { stream } = await guardedFetch(url, {
      method: "POST",
      headers: { ...signed, "content-type": "application/json", "user-agent": "genbff" },
      body,
      signal: AbortSignal.any([closing, outOfTime]),
    });
    await stream.cancel();
    return undefined;
  } catch (error) {
    if (outOfTime.aborted) return { why: "timeout" };
    if (isFetchFailed(error))
      return { why: error.reason, status: error.status, retryAfter: error.retryAfter };
    if (isAppError(error) && error.code === "asset_url_not_allowed") return { why: "forbidden address" };
    if (!closing.aborted)
      logger.error({ webhook_id: event.event_id, error }, "a webhook could not be made ready");
    return { why: "not ready" };
  }
}

async function noteFailure(
  { retryDelaysMs }: WebhookTarget,
  { database, clock, logger, hooks, limits }: Ports,
  event: ClaimedEvent,
  { why, status, retryAfter }: FailedTry,
): Promise<void> {
  const { event_id: id, claim, tries, type } = event;
  const delayMs = retryDelayMs(retryDelaysMs, tries, { asked: retryAfter, now: clock.now() });
  const error = status === undefined ? why : `${why} ${status}`;
  const noted = (await database.call("genbff_webhook_failed", {
    p_event_id: id,
    p_claim: claim,
    p_error: error,
    p_delay_ms: delayMs ?? null,
    p_holds_up: tries < holdsUpTries,
  })) as JsonObject;
  if (noted.recorded !== true) return;
  const fields = { webhook_id: id, type, tries, error };
  if (delayMs !== undefined) return logger.warn({ ...fields, again_ms: delayMs }, "a webhook was not heard");
  await callOperator(
    { database, logger, hooks, windowMs: limits.operatorAlertMs },
    {
      about: "webhooks",
      alert: { kind: "webhook_given_up", eventId: id, type, tries, upstreamStatus: status, message: error },
      message: "a webhook was given up",
      again: "another webhook was given up",
      fields,
    },
  );
}
