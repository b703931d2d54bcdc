import type { Fault } from "../../faults/rule.ts";
import { endMsOf, standingOf, startMsOf } from "../../jobs/job-clock.ts";
import { modelOf, outputsOf, type PredictionRecord } from "./store.ts";

/** Where a prediction stands at a moment. */
export interface Progress {
  readonly status: string;
  readonly isOver: boolean;
  readonly hasStarted: boolean;
  /** How many of its outputs are there. */
  readonly outputs: number;
}

const ends = new Set(["succeeded", "failed", "canceled", "aborted"]);

/** Whether a status is a last one. */
export function isEnd(status: unknown): boolean {
  return ends.has(String(status));
}

/** Works out where a prediction stood, stands or will stand, from what is known of it now. */
export function progressAt(record: PredictionRecord, ms: number, passing?: Fault): Progress {
  const job = untilCancelled(record, ms);
  const start = startMsOf(job);
  const { phase, word } = standingOf(job, ms, passing);
  const hasStarted = Math.min(ms, endMs(record)) >= start;
  const status = word ?? wordFor(phase, job, hasStarted);
  const isOver = isEnd(status);
  const share = (ms - start) / Math.max(1, job.created_ms + job.job_ms - start);
  const isList = modelOf(record).output === "list";
  const grown = isList ? Math.floor(outputsOf(record) * Math.min(1, Math.max(0, share))) : 0;
  const outputs = status === "succeeded" ? outputsOf(record) : status === "failed" ? 0 : grown;
  return { status, isOver, hasStarted, outputs };
}

/** When a prediction is over, as far as is known now. */
export function endMs(record: PredictionRecord): number {
  return endMsOf(untilCancelled(record, Number.POSITIVE_INFINITY));
}

/** When that many of a prediction's outputs are there. */
export function outputMs(record: PredictionRecord, count: number): number {
  const start = startMsOf(record);
  const end = record.created_ms + record.job_ms;
  // A millisecond later: shares of a time are seldom whole.
  return count >= outputsOf(record)
    ? end
    : Math.ceil(start + ((end - start) * count) / outputsOf(record)) + 1;
}

/** The job with its earliest cancelling, by order or by deadline, of those that had happened by then. */
function untilCancelled(record: PredictionRecord, ms: number): PredictionRecord {
  const { cancelled_ms, ...job } = record;
  const known = [cancelled_ms, record.deadline_ms]
    .filter((one) => one !== undefined)
    .filter((one) => one <= ms);
  return known.length === 0 ? job : { ...job, cancelled_ms: Math.min(...known) };
}

function wordFor(phase: string, job: PredictionRecord, hasStarted: boolean): string {
  switch (phase) {
    case "queued":
      return "starting";
    case "running":
      return "processing";
    case "done":
      return job.error === undefined ? "succeeded" : "failed";
    case "failed":
      return "failed";
    default: {
      const byDeadline = job.cancelled_ms !== undefined && job.cancelled_ms === job.deadline_ms;
      const byItself = job.fate?.kind === "job_cancelled" && job.fate.variant === "aborted";
      return byItself || (byDeadline && !hasStarted) ? "aborted" : "canceled";
    }
  }
}
