import type { BffContext } from "../../context.ts";
import type { ProviderAnswer, ProviderPort, SubmitContext } from "../../providers/port.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { createSubmitContext } from "../submit-context.ts";
import type { Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";
import { onAnswer } from "./on-answer.ts";

/**
 * Sends the request, waits for the answer and keeps it, whatever becomes of the lease: a job that nobody names is a job
 * that is lost.
 */
export async function buy(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  send: (given: SubmitContext) => Promise<ProviderAnswer>,
  {
    submitTimeoutMs,
    afterFailure,
  }: Pick<ProviderPort, "submitTimeoutMs"> & {
    afterFailure: (error: unknown) => Verdict | Promise<Verdict>;
  },
): Promise<Verdict> {
  const untilDeadlineMs = Math.max(1, Date.parse(order.deadline_at) - Date.parse(order.now));
  const signal = context.clock.timeout(Math.min(submitTimeoutMs, untilDeadlineMs));
  const { submitting, close } = createSubmitContext(context, lease, order, signal);
  try {
    return await onAnswer(context, lease, order, await send(submitting));
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    return await afterFailure(error);
  } finally {
    await close();
  }
}
