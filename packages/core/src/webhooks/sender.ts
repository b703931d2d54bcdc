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
  /** Resolves when nothing is at work, what came due meanwhile included. */
  settled(): Promise<void>;
}

/** Tasks and wallets that are told of side by side; of each, one event at a time. */
const concurrency = 32;
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
  const atWork = new Set<Promise<void>>();
  const claims = new Set<Promise<void>>();
  let claiming = false;
  let wokenMeanwhile = false;

  /** An event, and whatever comes after it of the same task or wallet. */
  const follow = async (event: ClaimedEvent) => {
    let next: ClaimedEvent | undefined = event;
    while (next !== undefined) next = await sendOne(target, ports, next, leaseMs);
  };
  const begin = (event: ClaimedEvent) => {
    const following: Promise<void> = follow(event)
      .catch((error: unknown) =>
        logger.error({ webhook_id: event.event_id, error }, "what became of a webhook could not be noted"),
      )
      .finally(() => {
        atWork.delete(following);
        leaseCalls.delete(following);
      });
    atWork.add(following);
    // A process that stops waits for these: what is in its hands is given back.
    leaseCalls.add(following);
  };
  const claim = async () => {
    const count = concurrency - atWork.size;
    if (count <= 0 || closing.aborted) return;
    const args = { p_count: count, p_lease_ms: leaseMs };
    const claimed = (await database.call("genbff_claim_webhooks", args)) as unknown as ClaimedEvent[];
    for (const event of claimed) begin(event);
    // There were at least as many as fit: the next place that becomes free is filled at once.
    if (claimed.length === count) void Promise.race(atWork).then(() => sender.wake());
  };
  const sender: WebhookSender = {
    events: target.events,
    wake() {
      wokenMeanwhile = claiming;
      if (claiming || closing.aborted) return;
      claiming = true;
      const claimed = claim()
        .catch((error: unknown) => logger.error({ error }, "webhooks could not be looked for"))
        .finally(() => {
          claiming = false;
          claims.delete(claimed);
          leaseCalls.delete(claimed);
          if (wokenMeanwhile) sender.wake();
        });
      claims.add(claimed);
      leaseCalls.add(claimed);
    },
    async settled() {
      while (claims.size + atWork.size > 0) await Promise.all([...claims, ...atWork]);
    },
  };
  return sender;
}

/** One try. Returns the next event about the same, where this one was heard and that one is due. */
async function sendOne(
  target: WebhookTarget,
  ports: Ports,
  event: ClaimedEvent,
  leaseMs: number,
): Promise<ClaimedEvent | undefined> {
  const { database, closing } = ports;
  const of = { p_event_id: event.event_id, p_claim: event.claim };
  // Every earlier try has been used up by a process that died of it, or with it.
  const lost = event.tries > target.retryDelaysMs.length + 1;
  const failed = closing.aborted || lost ? { why: "lost" } : await tryOnce(target, ports, event);
  if (failed === undefined) {
    const args = { p_event_id: event.event_id, p_lease_ms: leaseMs };
    const answer = (await database.call("genbff_webhook_sent", args)) as unknown as {
      readonly next: readonly ClaimedEvent[];
    };
    return answer.next[0];
  }
  if (closing.aborted) await database.call("genbff_hand_back_webhook", of);
  else await noteFailure(target, ports, event, failed);
  return undefined;
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
