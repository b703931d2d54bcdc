import type { BffContext } from "../context.ts";
import type { SubmitContext } from "../providers/port.ts";
import type { Lease } from "./lease.ts";
import { createPreviews } from "./previews.ts";
import { createProgressReports } from "./progress-reports.ts";
import type { WorkOrder } from "./work-order.ts";

/** What a provider is given while it buys, until its answer has been dealt with. */
export interface Submitting {
  readonly submitting: SubmitContext;
  close(): Promise<void>;
}

/** Opens it under the lease. After `close` nothing that the provider still says is written. */
export function createSubmitContext(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  signal: AbortSignal,
): Submitting {
  const previews = createPreviews(context, lease, order);
  const reports = createProgressReports(context.clock, async ({ progress, stage }) => {
    await context.database.call("genbff_report", {
      p_generation_id: order.id,
      p_epoch: order.lease_epoch,
      p_progress: progress ?? 0,
      p_stage: stage ?? null,
    });
    context.changes.tell(order.task_id);
  });
  return {
    submitting: {
      signal,
      logger: context.logger,
      cancelled: lease.cancelled,
      report: reports.report,
      preview: previews.show,
    },
    async close() {
      await Promise.all([reports.close(), previews.close()]);
    },
  };
}
