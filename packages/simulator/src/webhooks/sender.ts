import { randomUUID } from "node:crypto";
import type { Fault } from "../faults/rule.ts";
import { localUrl } from "../media/fetch-local.ts";
import type { World } from "../vendor/vendor.ts";

/** One event that a vendor wants to tell. Kept in the state: a restart forgets none. */
export interface WebhookPlan {
  /** The event's own id, the same at each delivery. */
  readonly id: string;
  readonly job_id: string;
  /** The vendor's word for it, e.g. `task.completed`. */
  readonly event: string;
  readonly url: string;
  /** When it happens, in milliseconds since 1970. */
  readonly due_ms: number;
  /** Sent once, whatever the answer: what vendors do with news that the next one makes old. */
  readonly isOnce?: boolean;
  /** `odd_webhook` of the job, if that is its fate. */
  readonly fault?: Fault;
}

/** What a signature may cover. */
export interface WebhookFacts {
  readonly plan: WebhookPlan;
  /** New at each delivery. */
  readonly deliveryId: string;
  /** Unix seconds; ten minutes old under the variant `stale`. */
  readonly timestamp: number;
  /** Sign with a key that is not the vendor's. */
  readonly forged: boolean;
}

/** How one vendor speaks to its customers' servers. */
export interface WebhookDialect {
  readonly vendor: string;
  /** Pauses between deliveries that were not answered by 2xx; after the last one it gives up. */
  readonly retryDelaysMs: readonly number[];
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** The JSON to send, or a promise of it, asked for at each delivery; undefined if there is nothing to tell. */
  body(plan: WebhookPlan): unknown;
  /** Signature and other headers over exactly these bytes. */
  headers(body: string, facts: WebhookFacts): Record<string, string>;
}

/** Sends a vendor's webhooks. */
export interface WebhookSender {
  /** Sends when it is due, again while it is not answered by 2xx. Addresses off this machine are never called. */
  schedule(plan: WebhookPlan): void;
  /** Sends at once and resolves when it was answered or not: for the webhook that overtakes its own submit. */
  sendNow(plan: WebhookPlan): Promise<void>;
}

interface Kept extends WebhookPlan {
  readonly attempt: number;
  readonly next_ms: number;
  readonly done: boolean;
}

const staleSeconds = 600;

/** Whether a job is told of before its creation was answered: it must be over by then. */
export function isEarly(fate: Fault | undefined): boolean {
  return fate?.kind === "odd_webhook" && fate.variant === "early";
}

/**
 * Opens a vendor's sender, and goes on with what an earlier process left unsent.
 *
 * The fault `odd_webhook` has these variants: `twice`, `late`, `forged`, `stale`, `foreign` (another job's id, well
 * signed), `absent`; `early` is for the vendor's creating route, by {@link WebhookSender.sendNow}.
 */
export function createWebhookSender(world: World, dialect: WebhookDialect): WebhookSender {
  const plans = world.state.collection<Kept>(`${dialect.vendor}.webhooks`);

  const arm = (kept: Kept) => world.at(kept.next_ms, () => attempt(kept));

  async function attempt(kept: Kept): Promise<void> {
    const isHeard = await deliver(kept);
    const pause = dialect.retryDelaysMs[kept.attempt];
    const isOver = isHeard || pause === undefined || kept.isOnce === true;
    const next = {
      ...kept,
      attempt: kept.attempt + 1,
      done: isOver,
      next_ms: world.now() + (pause ?? 0),
    };
    plans.set(kept.id, next);
    if (!isOver) arm(next);
    else if (kept.fault?.variant === "twice") await deliver(kept);
  }

  async function deliver(plan: WebhookPlan): Promise<boolean> {
    const url = localUrl(plan.url);
    const message = await dialect.body(plan);
    if (!url || message === undefined) return true;
    const variant = plan.fault?.variant;
    const text = JSON.stringify(message);
    const stranger = randomUUID();
    const foreign = variant === "foreign";
    const body = foreign ? text.replaceAll(plan.job_id, stranger) : text;
    const facts = {
      plan: foreign ? { ...plan, id: plan.id.replaceAll(plan.job_id, stranger) } : plan,
      deliveryId: randomUUID(),
      timestamp: Math.floor(world.now() / 1000) - (variant === "stale" ? staleSeconds : 0),
      forged: variant === "forged",
    };
    const headers = { "content-type": "application/json", ...dialect.headers(body, facts) };
    const started = world.now();
    const signal = AbortSignal.timeout(dialect.timeoutMs);
    const status = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      // Nobody there, or too slow: the vendor tries again.
      () => 0,
    );
    world.noteDelivery({
      vendor: dialect.vendor,
      // The path may be the secret by which the receiver knows the job.
      path: url.origin,
      status,
      at: new Date(started).toISOString(),
      ms: world.now() - started,
      fault: plan.fault?.kind ?? null,
    });
    return status >= 200 && status < 300;
  }

  for (const kept of plans.all()) if (!kept.done) arm(kept);

  return {
    schedule(plan) {
      const { fault } = plan;
      if (fault?.variant === "absent" || fault?.variant === "early") return;
      const delay = fault?.variant === "late" ? (fault.latencyMs ?? 5000) : 0;
      const kept = { ...plan, attempt: 0, next_ms: plan.due_ms + delay, done: false };
      plans.set(plan.id, kept);
      arm(kept);
    },
    async sendNow(plan) {
      await deliver(plan);
    },
  };
}
