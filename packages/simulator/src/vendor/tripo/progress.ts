import type { Fault } from "../../faults/rule.ts";
import type { TaskRecord } from "./store.ts";

/** Where a job stands at a moment. */
export interface Progress {
  readonly status: string;
  readonly progress: number;
  readonly errorCode?: number;
}

const queuedShare = 0.15;

/**
 * Works out where a job stands from the clock alone.
 *
 * Without timers there is nothing to start again after a restart: the job simply has gone on.
 *
 * @param passing - a fault of this one look, on top of the job's own fate.
 */
export function progressOf(task: TaskRecord, now: number, passing?: Fault): Progress {
  const share = task.job_ms <= 0 ? 1 : (now - task.created_ms) / task.job_ms;
  const strange = [passing, task.fate].find((fault) => fault?.kind === "unknown_status");
  if (strange && (share < 1 || strange.forever === true || strange === passing)) {
    return { status: strange.word ?? "pondering", progress: percent(share) };
  }
  if (share < queuedShare) return { status: "queued", progress: 0 };
  if (share < 1) return { status: "running", progress: percent((share - queuedShare) / (1 - queuedShare)) };
  const failed = task.fate?.kind === "job_failed" || task.fate?.kind === "moderated";
  if (!failed) return { status: "success", progress: 100 };
  return { status: "failed", progress: 99, errorCode: failureCode(task.fate) };
}

/** Whether a fate ends in a failure, which the vendor does not charge for. */
export function isFailing(fate: Fault | undefined): boolean {
  return fate?.kind === "job_failed" || fate?.kind === "moderated";
}

function failureCode(fate: Fault | undefined): number {
  return fate?.code ?? (fate?.kind === "moderated" ? 2008 : 2018);
}

function percent(share: number): number {
  return Math.max(0, Math.min(99, Math.floor(share * 100)));
}
