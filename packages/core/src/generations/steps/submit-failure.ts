import type { BffContext } from "../../context.ts";
import { isAppError } from "../../errors/app-error.ts";
import { isProviderError, type ProviderError } from "../../errors/provider-error.ts";
import type { Lease } from "../lease.ts";
import { alertOperator } from "../operator-alert.ts";
import { costOf, errorForTheBooks, healthOf, type StepChanges, tryAgain, type Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";
import { toNextProvider } from "./next-provider.ts";
import { publicly } from "./on-answer.ts";

/** A submission that failed, by what the provider may have done (`reliability-spec.md` 2.4). */
export async function afterFailure(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  error: unknown,
): Promise<Verdict> {
  if (isAppError(error, "upload_failed") && costsNothingTwice(context, order)) return notStored(order, error);
  // Not classed by the provider: it may have been bought.
  if (!isProviderError(error)) {
    context.logger.error({ generation_id: order.id, error }, "a provider failed without saying how");
    return unknown({ error: errorForTheBooks(error) });
  }
  await alertOperator(context, order, error);
  if (error.code === "cancelled" && error.outcome !== "unknown") return stopped(lease, error);
  const changes: StepChanges = { unsent: true, error: errorForTheBooks(error), ...healthOf(error) };
  switch (error.outcome) {
    case "unknown":
      return unknown({ error: errorForTheBooks(error), ...costOf(error), ...healthOf(error) });
    case "failed":
      return { ...ended(error), outcome: "failed" };
    case "not_sent":
      return (
        toNextProvider(order, error) ??
        tryAgain(order, "submit", { changes, exhausted: { ...ended(error), code: "provider_unavailable" } })
      );
    case "refused":
      return (
        toNextProvider(order, error) ??
        (error.retryAfterMs === undefined
          ? ended(error)
          : tryAgain(order, "submit", { changes, delayMs: error.retryAfterMs, exhausted: ended(error) }))
      );
  }
}

function costsNothingTwice(context: BffContext, { operation, provider }: WorkOrder): boolean {
  return context.catalogue.find(operation, provider)?.provider.resubmitOnUnknown === true;
}

/**
 * It was made, and our storage did not take it. It is made again as often as it may be; then that is what is told. Each
 * stays written down for the operator, as whatever was sold and nobody got.
 */
function notStored({ attempt, max_attempts: attemptsMax }: WorkOrder, error: unknown): Verdict {
  const books = { outcome: "unknown", error: errorForTheBooks(error) } as const;
  return attempt < attemptsMax
    ? { next: "continue", changes: { ...books, step: "intent", next_attempt: true } }
    : { next: "fail", code: "upload_failed", ...books };
}

/** Nothing was bought yet: whatever failed here may be repeated, unless the provider has said no. */
export async function notReady(context: BffContext, order: WorkOrder, error: unknown): Promise<Verdict> {
  const changes: StepChanges = { error: errorForTheBooks(error) };
  if (!isProviderError(error)) {
    context.logger.warn({ generation_id: order.id, error }, "an input could not be made ready");
    return tryAgain(order, "prepare", {
      changes,
      exhausted: {
        next: "fail",
        code: "download_failed",
        outcome: "refused",
        error: errorForTheBooks(error),
      },
    });
  }
  await alertOperator(context, order, error);
  const next = toNextProvider(order, error);
  if (next !== undefined) return next;
  const refused = error.outcome === "refused";
  if (refused && error.retryAfterMs === undefined) return ended(error);
  return tryAgain(order, "prepare", {
    changes: { ...changes, ...healthOf(error) },
    ...(error.retryAfterMs === undefined ? {} : { delayMs: error.retryAfterMs }),
    exhausted: refused ? ended(error) : { ...ended(error), code: "provider_unavailable" },
  });
}

/** A provider that stopped its work: at the user's wish, or for a reason of its own. */
export function stopped(lease: Lease, error: ProviderError): Verdict {
  const code = lease.cancelled.aborted ? "cancelled" : "provider_failed";
  return { next: "fail", code, outcome: "failed", error: errorForTheBooks(error), ...costOf(error) };
}

function unknown(changes: StepChanges): Verdict {
  return { next: "continue", changes: { ...changes, step: "submit_unknown", outcome: "unknown" } };
}

function ended(error: ProviderError) {
  return {
    next: "fail" as const,
    outcome: "refused" as const,
    ...publicly(error),
    ...healthOf(error),
  };
}
