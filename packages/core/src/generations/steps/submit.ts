import type { BffContext } from "../../context.ts";
import { isProviderError, type ProviderError } from "../../errors/provider-error.ts";
import type { PreparedRequest, ProviderAnswer, ProviderJob } from "../../providers/port.ts";
import { digestOf } from "../../shared/digest.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { toProviderJob } from "../provider-job.ts";
import { errorForTheBooks, tryAgain, type Verdict } from "../verdict.ts";
import { toWorkOrder, type WorkOrder } from "../work-order.ts";
import { detailsOf, onAnswer } from "./on-answer.ts";

/**
 * `intent`: make ready → commit the intent → buy, once. The one step that can neither be undone nor safely repeated:
 * an intent that is found here without an answer belongs to a worker that died, and is never sent again.
 */
export async function submit(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  if (order.attempt_row.intent_at !== null)
    return { next: "continue", changes: { step: "submit_unknown", outcome: "unknown" } };
  if (lease.exhausted) return { next: "fail", code: "attempts_exhausted" };
  if (order.cancel_requested || lease.cancelRequested()) return { next: "fail", code: "cancelled" };
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  if (provider === undefined) return { next: "fail", code: "provider_unavailable" };

  const job = await toProviderJob(context, order);
  let prepared: PreparedRequest;
  try {
    prepared = await provider.prepare(job, { signal: lease.signal, logger: context.logger });
  } catch (error) {
    return notReady(context, lease, order, error);
  }

  const intent = (await context.database.call("genbff_intent", {
    p_generation_id: order.id,
    p_epoch: order.lease_epoch,
    p_request: prepared.request,
    p_digest: await digestOf([prepared.request, order.sources.map((source) => source.sha256)]),
  })) as { go: boolean; generation: JsonValue } | null;
  if (intent === null) throw new LeaseLost();
  const sent = toWorkOrder(intent.generation);
  if (!intent.go) return { next: "fail", code: sent.cancel_requested ? "cancelled" : "timeout" };

  return buy(
    context,
    lease,
    sent,
    job,
    (signal) => provider.submit(job, prepared, { signal, logger: context.logger }),
    provider.submitTimeoutMs,
  );
}

/** Waits for the answer and keeps it, whatever becomes of the lease: a job that nobody names is a job that is lost. */
async function buy(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  job: ProviderJob,
  send: (signal: AbortSignal) => Promise<ProviderAnswer>,
  timeoutMs: number,
): Promise<Verdict> {
  const untilDeadlineMs = Math.max(1, Date.parse(order.deadline_at) - Date.parse(order.now));
  const signal = AbortSignal.timeout(Math.min(timeoutMs, untilDeadlineMs));
  try {
    const answer = await send(signal);
    return await onAnswer(context, lease, order, answer);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    if (isProviderError(error)) return afterFailure(context, order, error);
    // Not classed by the provider: it may have been bought.
    context.logger.error({ generation_id: job.generationId, error }, "a provider failed without saying how");
    return {
      next: "continue",
      changes: { step: "submit_unknown", outcome: "unknown", error: errorForTheBooks(error) },
    };
  }
}

/** A submission that failed, by what the provider may have done. */
export function afterFailure(context: BffContext, order: WorkOrder, error: ProviderError): Verdict {
  const books = errorForTheBooks(error);
  if (error.operator)
    context.logger.error(
      { generation_id: order.id, provider: order.provider, error },
      "a provider needs its operator",
    );
  const ended: Verdict = {
    next: "fail",
    code: error.code,
    outcome: "refused",
    ...detailsOf(error),
  };
  if (error.outcome === "unknown")
    return { next: "continue", changes: { step: "submit_unknown", outcome: "unknown", error: books } };
  if (error.outcome === "failed") return { ...ended, outcome: "failed" };
  if (error.outcome === "not_sent")
    return tryAgain(order, "submit", {
      changes: { unsent: true, error: books },
      exhausted: { ...ended, code: "provider_unavailable" },
    });
  if (error.retryAfterMs === undefined) return ended;
  return tryAgain(order, "submit", {
    changes: { unsent: true, error: books },
    delayMs: error.retryAfterMs,
    exhausted: ended,
  });
}

/** Nothing was bought yet: whatever failed here may be repeated, unless the provider has said no. */
function notReady(context: BffContext, lease: Lease, order: WorkOrder, error: unknown): Verdict {
  if (lease.signal.aborted) throw new LeaseLost();
  const books: JsonObject = errorForTheBooks(error);
  if (!isProviderError(error)) {
    context.logger.warn({ generation_id: order.id, error }, "an input could not be made ready");
    return tryAgain(order, "prepare", {
      changes: { error: books },
      exhausted: { next: "fail", code: "download_failed", outcome: "refused", error: books },
    });
  }
  if (error.operator)
    context.logger.error(
      { generation_id: order.id, provider: order.provider, error },
      "a provider needs its operator",
    );
  const ended: Verdict = {
    next: "fail",
    code: error.code,
    outcome: "refused",
    ...detailsOf(error),
  };
  if (error.outcome === "refused" && error.retryAfterMs === undefined) return ended;
  return tryAgain(order, "prepare", {
    changes: { error: books },
    ...(error.retryAfterMs === undefined ? {} : { delayMs: error.retryAfterMs }),
    exhausted: { ...ended, code: error.outcome === "refused" ? error.code : "provider_unavailable" },
  });
}
