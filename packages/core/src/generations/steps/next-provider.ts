import type { ProviderError } from "../../errors/provider-error.ts";
import { errorForTheBooks, healthOf, type StepChanges, type Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";

/**
 * The next provider of the list, as a new attempt with the same hold and the same price; undefined where there is none
 * to go to. Only for what was certainly not bought, and never for refused content: another vendor would be asked for
 * what this one found unfit.
 */
export function toNextProvider(order: WorkOrder, error: ProviderError): Verdict | undefined {
  const certain = error.outcome === "refused" || error.outcome === "not_sent";
  if (!certain || error.code === "content_rejected") return undefined;
  return moveOn(order, { error: errorForTheBooks(error), ...healthOf(error) });
}

/** The same for a provider that must be left alone for now: its breaker is open, or it asked for patience. */
export function moveOn(order: WorkOrder, changes: StepChanges): Verdict | undefined {
  const [next] = order.candidates;
  if (next === undefined || order.attempt >= order.max_attempts) return undefined;
  return {
    next: "continue",
    changes: { ...changes, step: "intent", next_attempt: true, next_provider: next, outcome: "refused" },
  };
}
