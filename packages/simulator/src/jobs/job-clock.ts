import type { Fault } from "../faults/rule.ts";

/** What a job's standing follows from. Nothing else is kept of it: without timers there is nothing to start again. */
export interface JobClock {
  readonly created_ms: number;
  /** Time from creation to the end. */
  readonly job_ms: number;
  /** What will become of it, where that is not a plain success. */
  readonly fate?: Fault;
  /** When the customer cancelled it. */
  readonly cancelled_ms?: number;
}

/** Where a job stands, for the vendor to put into its own words. */
export interface Standing {
  readonly phase: "queued" | "running" | "done" | "failed" | "cancelled";
  /** A status that nobody knows, to be shown in place of the phase. */
  readonly word?: string;
  /** Whole percent of the time that is over. */
  readonly percent: number;
}

const queuedShare = 0.15;
const cancelledShare = 0.5;

/**
 * Works out where a job stands from the clock alone, faults included.
 *
 * `unknown_status`, `job_failed` and `moderated` (at the end), `job_cancelled` (halfway; the variant `completes` is
 * done all the same in the end), `cancel_ignored` (a cancel that was answered and does nothing).
 *
 * @param passing - a fault of this one look, on top of the job's own fate.
 */
export function standingOf(job: JobClock, now: number, passing?: Fault): Standing {
  const { fate, created_ms, job_ms, cancelled_ms } = job;
  const share = job_ms <= 0 ? 1 : (now - created_ms) / job_ms;
  const strange = [passing, fate].find((fault) => fault?.kind === "unknown_status");
  if (strange && (share < 1 || strange.forever === true || strange === passing)) {
    return { phase: "running", word: strange.word ?? "pondering", percent: percentOf(share) };
  }
  const isCancelled = cancelled_ms !== undefined && cancelled_ms < created_ms + job_ms;
  if (isCancelled && fate?.kind !== "cancel_ignored")
    return { phase: "cancelled", percent: percentOf(share) };
  if (fate?.kind === "job_cancelled" && share >= cancelledShare) {
    if (fate.variant !== "completes" || share < 1) return { phase: "cancelled", percent: percentOf(share) };
  }
  if (share < queuedShare) return { phase: "queued", percent: 0 };
  if (share < 1) {
    return { phase: "running", percent: percentOf((share - queuedShare) / (1 - queuedShare)) };
  }
  return isFailing(fate) ? { phase: "failed", percent: 99 } : { phase: "done", percent: 100 };
}

/** When a job leaves the queue. */
export function startMsOf({ created_ms, job_ms }: JobClock): number {
  return created_ms + job_ms * queuedShare;
}

/** When a job is over: at its own time, or where it was cancelled, by the customer or by itself. */
export function endMsOf({ created_ms, job_ms, fate, cancelled_ms }: JobClock): number {
  const end = created_ms + job_ms;
  if (cancelled_ms !== undefined && cancelled_ms < end && fate?.kind !== "cancel_ignored")
    return cancelled_ms;
  const cancelsItself = fate?.kind === "job_cancelled" && fate.variant !== "completes";
  return cancelsItself ? created_ms + job_ms * cancelledShare : end;
}

/** Whether a fate ends without a result, which vendors do not charge for. */
export function isFailing(fate: Fault | undefined): boolean {
  switch (fate?.kind) {
    case "job_failed":
      return true;
    case "moderated":
      return fate.stage !== "placeholder";
    case "job_cancelled":
      return fate.variant !== "completes";
    default:
      return false;
  }
}

function percentOf(share: number): number {
  return Math.max(0, Math.min(99, Math.floor(share * 100)));
}
