import type { BffContext } from "../context.ts";
import type { ProviderError } from "../errors/provider-error.ts";
import { redactText } from "../shared/redact-text.ts";
import type { WorkOrder } from "./work-order.ts";

/** Something that only an operator can mend: no credit at a vendor, a revoked key, a retired model. */
export interface OperatorAlert {
  /** The provider's public key. */
  readonly provider: string;
  /** The generation that met it; others may have since. */
  readonly generationId: string;
  readonly operation: string;
  readonly attempt: number;
  /** The HTTP status that the vendor answered with, where it did. */
  readonly upstreamStatus: number | undefined;
  /** What the provider says happened, without secrets. Not for users. */
  readonly message: string;
}

/**
 * Calls the operator: in the log and by the hook, once per provider and window over all processes. Anything that goes
 * wrong here is logged and harms no generation.
 */
export async function alertOperator(
  context: BffContext,
  order: WorkOrder,
  error: ProviderError,
): Promise<void> {
  if (!error.operator) return;
  const { provider, id: generationId, operation, attempt } = order;
  const { upstreamStatus } = error;
  const message = redactText(error.message);
  const seen = { generation_id: generationId, provider, operation, error };
  try {
    const { alert } = (await context.database.call("genbff_operator_alert", {
      p_provider: provider,
      p_window_ms: context.limits.operatorAlertMs,
    })) as { alert: boolean };
    if (!alert) return context.logger.warn(seen, "a provider still needs its operator");
    context.logger.error(seen, "a provider needs its operator");
    await context.hooks.onOperatorAlert?.({
      provider,
      generationId,
      operation,
      attempt,
      upstreamStatus,
      message,
    });
  } catch (failure) {
    context.logger.error({ ...seen, failure }, "an operator could not be called");
  }
}
