import type { BffContext } from "../../context.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { errorForTheBooks, tryAgain, type Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";

/**
 * `submit_unknown`: the request may have been bought, and its answer is lost. What a late worker heard is adopted
 * first; then the provider is asked for the job; a provider that cannot be asked ends it, unpaid, with an orphan for
 * the operator. Nothing is ever sent again unless the provider proves that nothing was bought.
 */
export async function recover(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  const unknown: Verdict = { next: "fail", code: "submission_unknown", outcome: "unknown" };
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  const { request, client_reference: clientReference, intent_at: intentAt } = order.attempt_row;
  if (provider?.lookup === undefined || request === null || intentAt === null)
    return order.late_jobs.length > 0 && provider?.check !== undefined
      ? { next: "adopt", candidates: order.late_jobs, otherwise: unknown }
      : unknown;

  try {
    const found = await provider.lookup(
      { request, clientReference, intentAt: Date.parse(intentAt) },
      { signal: lease.signal, logger: context.logger },
    );
    return {
      next: "adopt",
      candidates: [...order.late_jobs, ...found.candidates],
      otherwise: whenNoneIsFree(order, found.conclusive, unknown),
    };
  } catch (error) {
    if (lease.signal.aborted) throw new LeaseLost();
    context.logger.warn(
      { generation_id: order.id, provider: order.provider, error },
      "a lost submission could not be looked up",
    );
    return tryAgain(order, "lookup", { changes: { error: errorForTheBooks(error) }, exhausted: unknown });
  }
}

/** A list that may lag behind proves nothing yet; one that does not proves that nothing was bought. */
function whenNoneIsFree(order: WorkOrder, conclusive: boolean, unknown: Verdict): Verdict {
  if (!conclusive) return tryAgain(order, "lookup", { exhausted: unknown });
  if (order.attempt >= order.max_attempts)
    return { next: "fail", code: "attempts_exhausted", outcome: "refused" };
  return { next: "continue", changes: { step: "intent", next_attempt: true, outcome: "refused" } };
}
