import type { BffContext } from "../../context.ts";
import { isProviderError } from "../../errors/provider-error.ts";
import { backoffMs } from "../../shared/backoff.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { alertOperator } from "../operator-alert.ts";
import { errorForTheBooks, type Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";
import { onAnswer, publicly } from "./on-answer.ts";
import { stopped } from "./submit-failure.ts";

/**
 * `submitted`: ask the provider how its job is. Reading buys nothing, so a failed question is asked again later, as
 * often as the deadline allows; only the provider's own word that the job is over ends it. A key that was revoked, or an
 * account that was closed, says nothing of the job: it is asked again when its operator has mended that.
 */
export async function check(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  if (provider?.check === undefined || order.job === null)
    return { next: "fail", code: "provider_unavailable" };
  const asked = { signal: lease.signal, logger: context.logger };
  if ((order.cancel_requested || lease.cancelled.aborted) && provider.cancel !== undefined) {
    const confirmed = await provider.cancel(order.job, asked).catch(() => false);
    if (confirmed) return { next: "fail", code: "cancelled", outcome: "failed" };
  }
  try {
    return await onAnswer(context, lease, order, await provider.check(order.job, asked));
  } catch (error) {
    if (lease.signal.aborted) throw new LeaseLost();
    if (isProviderError(error) && error.code === "cancelled" && error.outcome !== "unknown")
      return stopped(lease, error);
    const operator = isProviderError(error) && error.operator;
    if (operator) await alertOperator(context, order, error);
    else if (isProviderError(error) && (error.outcome === "failed" || error.outcome === "refused"))
      return { next: "fail", outcome: error.outcome, ...publicly(error) };
    context.logger.warn(
      { generation_id: order.id, provider: order.provider, error },
      "a provider could not be asked",
    );
    const tries = (order.retries.check ?? 0) + 1;
    const wanted = isProviderError(error) ? error.retryAfterMs : undefined;
    return {
      next: "later",
      delayMs: wanted ?? backoffMs(tries),
      changes: {
        error: errorForTheBooks(error),
        retries: { check: tries },
        ...(operator ? { health: "operator" as const } : {}),
      },
    };
  }
}
