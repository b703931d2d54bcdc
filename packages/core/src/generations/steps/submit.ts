import type { BffContext } from "../../context.ts";
import type { PreparedRequest } from "../../providers/port.ts";
import { digestOf } from "../../shared/digest.ts";
import type { JsonValue } from "../../shared/json.ts";
import { purchaseMs } from "../allowance.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { toProviderJob } from "../provider-job.ts";
import type { Verdict } from "../verdict.ts";
import { toWorkOrder, type WorkOrder } from "../work-order.ts";
import { buy } from "./buy.ts";
import { leaveToAnother } from "./leave-to-another.ts";
import { moveOn } from "./next-provider.ts";
import { afterFailure, notReady } from "./submit-failure.ts";

/**
 * `intent`: make ready → commit the intent → buy, once. The one step that can neither be undone nor safely repeated:
 * an intent that is found here without an answer belongs to a worker that died, and is never sent again.
 */
export async function submit(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  if (order.attempt_row.intent_at !== null)
    return { next: "continue", changes: { step: "submit_unknown", outcome: "unknown" } };
  if (lease.exhausted) return { next: "fail", code: "attempts_exhausted" };
  if (order.cancel_requested || lease.cancelled.aborted) return { next: "fail", code: "cancelled" };
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  if (provider === undefined) return { next: "fail", code: "provider_unavailable" };

  // Making ready may reach the provider too: one that must be left alone is not even sent a file.
  if (order.provider_wait_ms !== null) return stay(order, order.provider_wait_ms);
  if (purchaseMs(lease.allowance, provider) === undefined) return leaveToAnother(context, order);
  const job = await toProviderJob(context, order);
  let prepared: PreparedRequest;
  try {
    prepared = await provider.prepare(job, { signal: lease.signal, logger: context.logger });
  } catch (error) {
    if (lease.signal.aborted) throw new LeaseLost();
    return notReady(context, order, error);
  }

  // Whoever takes it next sends it; from here on nobody else can.
  if (lease.signal.aborted) throw new LeaseLost();
  const submitTimeoutMs = purchaseMs(lease.allowance, provider);
  if (submitTimeoutMs === undefined) return leaveToAnother(context, order);
  const intent = await commitIntent(context, order, prepared);
  if (!intent.go) return stay(intent.order, intent.waitMs);

  return buy(context, lease, intent.order, (given) => provider.submit(job, prepared, given), {
    submitTimeoutMs,
    afterFailure: (error) => afterFailure(context, lease, intent.order, error),
  });
}

const asksMax = 4;

/**
 * Whether the request may leave now; committed before it does.
 *
 * An answer that came late is asked for again: a process that stood still, or whose line did, may have lost the
 * generation to somebody who has asked the vendor already and found nothing.
 */
async function commitIntent(context: BffContext, order: WorkOrder, prepared: PreparedRequest) {
  const { clock, limits } = context;
  const call = {
    p_generation_id: order.id,
    p_epoch: order.lease_epoch,
    p_request: prepared.request,
    p_digest: digestOf([prepared.request, order.sources.map((source) => source.sha256)]),
    p_call: crypto.randomUUID(),
    p_lease_ms: limits.leaseMs,
  };
  for (let asks = 0; asks < asksMax; asks++) {
    const askedAt = clock.monotonic();
    const answer = await context.database.call("genbff_intent", call);
    const intent = answer as { go: boolean; wait_ms?: number; generation: JsonValue } | null;
    if (intent === null) throw new LeaseLost();
    if (!intent.go || clock.monotonic() - askedAt <= limits.leaseMs * 0.75)
      return { go: intent.go, waitMs: intent.wait_ms, order: toWorkOrder(intent.generation) };
  }
  throw new LeaseLost();
}

/** Nothing may be sent now: the user has cancelled, the time is up, or the provider must be left alone. */
function stay(order: WorkOrder, waitMs: number | undefined): Verdict {
  if (waitMs !== undefined) return moveOn(order, {}) ?? { next: "later", delayMs: waitMs, changes: {} };
  return { next: "fail", code: order.cancel_requested ? "cancelled" : "timeout" };
}
