import type { BffContext } from "../../context.ts";
import type { Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";

/** So that two calls that both have too little time do not hand it to each other without a pause. */
const pauseMs = 5000;

/**
 * The time of this call does not suffice for what comes next: a call that has more of it goes on. Nothing is used up.
 *
 * Logged, because where no call ever has enough the generation ends at its deadline.
 */
export function leaveToAnother({ logger }: BffContext, order: WorkOrder): Verdict {
  logger.warn(
    { generation_id: order.id, provider: order.provider, operation: order.operation },
    "too little time is left here to buy; a worker with more of it goes on",
  );
  return { next: "later", delayMs: pauseMs, changes: {} };
}
