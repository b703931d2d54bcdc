import type { BffContext } from "../context.ts";
import type { ProviderError } from "../errors/provider-error.ts";
import { callOperator } from "../operators/call-operator.ts";
import { redactText } from "../shared/redact-text.ts";
import type { WorkOrder } from "./work-order.ts";

/** Calls the operator about a provider, where its failure is one that only an operator can mend. Never rejects. */
export async function alertOperator(
  { database, logger, hooks, limits }: BffContext,
  order: WorkOrder,
  error: ProviderError,
): Promise<void> {
  if (!error.operator) return;
  const { provider, id: generationId, operation, attempt } = order;
  const { upstreamStatus } = error;
  const message = redactText(error.message);
  await callOperator(
    { database, logger, hooks, windowMs: limits.operatorAlertMs },
    {
      about: `provider ${provider}`,
      alert: { kind: "provider", provider, generationId, operation, attempt, upstreamStatus, message },
      message: "a provider needs its operator",
      again: "a provider still needs its operator",
      fields: { generation_id: generationId, provider, operation, error },
    },
  );
}
