import type { BffContext } from "../../context.ts";
import { isProviderError } from "../../errors/provider-error.ts";
import type { AnyProvider } from "../../providers/define-provider.ts";
import type { PreparedRequest } from "../../providers/port.ts";
import { purchaseMs } from "../allowance.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { alertOperator } from "../operator-alert.ts";
import { toProviderJob } from "../provider-job.ts";
import { errorForTheBooks, tryAgain, type Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";
import { buy } from "./buy.ts";
import { leaveToAnother } from "./leave-to-another.ts";
import { afterFailure } from "./submit-failure.ts";

/** A webhook wakes its generation; this is for the one whose wake-up was overwritten. */
const lookAgainMs = 15_000;

/**
 * `submit_unknown`: the request may have been bought, and its answer is lost. What a late worker or a webhook said is
 * adopted first. Then, by what the provider is capable of (`reliability-spec.md` 2.4): the same request with the same
 * key; a search for the job; a webhook that may still come. A provider that has none of these ends it, unpaid, with an
 * orphan for the operator. Nothing is bought again unless the provider proves that nothing was, or has said that a
 * second purchase costs nothing.
 */
export async function recover(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  const { request, intent_at: intentAt } = order.attempt_row;
  if (provider === undefined || request === null || intentAt === null) return unknown;
  const otherwise = () => {
    if (keyIsKept(provider, order)) return resend(context, lease, order, provider, { request });
    if (provider.lookup !== undefined) return lookUp(context, lease, order, provider);
    return whenNobodyCanSay(context, order, provider);
  };
  if (order.late_jobs.length === 0 || provider.check === undefined) return otherwise();
  return { next: "adopt", candidates: order.late_jobs, otherwise };
}

const unknown: Verdict = { next: "fail", code: "submission_unknown", outcome: "unknown" };

/** Whether the provider still knows the key that the request went out with. */
function keyIsKept({ idempotencyKeyLifetimeMs: lifetimeMs }: AnyProvider, order: WorkOrder): boolean {
  const sentAt = Date.parse(order.attempt_row.intent_at ?? "");
  return lifetimeMs !== undefined && Date.parse(order.now) < sentAt + lifetimeMs;
}

/** The same attempt, the same request, the same key: however often it arrives, the provider makes one job of it. */
function resend(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  provider: AnyProvider,
  prepared: PreparedRequest,
): Promise<Verdict> {
  const submitTimeoutMs = purchaseMs(lease.allowance, provider);
  if (submitTimeoutMs === undefined) return Promise.resolve(leaveToAnother(context, order));
  const send = async (given: Parameters<AnyProvider["submit"]>[2]) =>
    provider.submit(await toProviderJob(context, order), prepared, given);
  return buy(context, lease, order, send, {
    submitTimeoutMs,
    afterFailure: (error) => afterResending(context, lease, order, provider, error),
  });
}

/** Only an answer to this very request says what became of the first one: "later" and "not with this account" do not. */
async function afterResending(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  provider: AnyProvider,
  error: unknown,
): Promise<Verdict> {
  if (isProviderError(error)) {
    const answered = error.outcome === "refused" || error.outcome === "failed";
    if (answered && error.retryAfterMs === undefined && !error.operator)
      return afterFailure(context, lease, order, error);
    await alertOperator(context, order, error);
  }
  context.logger.warn(
    { generation_id: order.id, provider: order.provider, error },
    "a lost submission could not be sent again",
  );
  const wanted = isProviderError(error) ? error.retryAfterMs : undefined;
  return tryAgain(order, "resend", {
    changes: { error: errorForTheBooks(error) },
    ...(wanted === undefined ? {} : { delayMs: wanted }),
    exhausted: provider.lookup === undefined ? whenNobodyCanSay(context, order, provider) : unknown,
  });
}

async function lookUp(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  provider: AnyProvider,
): Promise<Verdict> {
  const { request, client_reference: clientReference, intent_at: intentAt } = order.attempt_row;
  const exhausted = whenNobodyCanSay(context, order, provider);
  try {
    const found = await provider.lookup?.(
      { request: request ?? {}, clientReference, intentAt: Date.parse(intentAt ?? "") },
      { signal: lease.signal, logger: context.logger },
    );
    return {
      next: "adopt",
      candidates: found?.candidates ?? [],
      otherwise: () => whenNoneIsFree(order, found?.conclusive === true, exhausted),
    };
  } catch (error) {
    if (lease.signal.aborted) throw new LeaseLost();
    context.logger.warn(
      { generation_id: order.id, provider: order.provider, error },
      "a lost submission could not be looked up",
    );
    return tryAgain(order, "lookup", { changes: { error: errorForTheBooks(error) }, exhausted });
  }
}

/**
 * A list that may lag behind proves nothing yet; one that does not proves that nothing was bought. It is asked for
 * twice: a single answer out of some cache must not buy anything again.
 */
function whenNoneIsFree(order: WorkOrder, conclusive: boolean, exhausted: Verdict): Verdict {
  if (!conclusive) return tryAgain(order, "lookup", { exhausted });
  const nothingWasBought: Verdict =
    order.attempt >= order.max_attempts
      ? { next: "fail", code: "attempts_exhausted", outcome: "refused" }
      : {
          next: "continue",
          changes: { step: "intent", next_attempt: true, outcome: "refused", retries: { absent: 0 } },
        };
  return tryAgain(order, "absent", { exhausted: nothingWasBought });
}

/** The provider may still tell by itself. If it does not in time: the end, or another purchase where that costs nothing. */
function whenNobodyCanSay(context: BffContext, order: WorkOrder, provider: AnyProvider): Verdict {
  const graceEnd = Date.parse(order.attempt_row.intent_at ?? "") + context.limits.webhookGraceMs;
  const end = Math.min(graceEnd, Date.parse(order.deadline_at) - context.limits.sweepMs);
  const leftMs = end - Date.parse(order.now);
  const mayBeTold = provider.verifyWebhook !== undefined && context.webhookBase !== undefined;
  if (mayBeTold && leftMs > 0) return { next: "later", delayMs: Math.min(leftMs, lookAgainMs), changes: {} };
  if (provider.resubmitOnUnknown === true && order.attempt < order.max_attempts)
    return { next: "continue", changes: { step: "intent", next_attempt: true, outcome: "unknown" } };
  return unknown;
}
