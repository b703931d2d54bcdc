import type { Fault } from "../../faults/rule.ts";
import { type Standing, standingOf } from "../../jobs/job-clock.ts";
import type { TaskRecord } from "./store.ts";

/** Where a job stands at a moment. */
export interface Progress {
  readonly status: string;
  readonly progress: number;
  readonly errorCode?: number;
}

const words: Record<Standing["phase"], string> = {
  queued: "queued",
  running: "running",
  done: "success",
  failed: "failed",
  cancelled: "cancelled",
};

/** Where a job stands, in this vendor's words. */
export function progressOf(task: TaskRecord, now: number, passing?: Fault): Progress {
  const { phase, word, percent } = standingOf(task, now, passing);
  const progress = { status: word ?? words[phase], progress: percent };
  return phase === "failed" ? { ...progress, errorCode: failureCode(task.fate) } : progress;
}

function failureCode(fate: Fault | undefined): number {
  return fate?.code ?? (fate?.kind === "moderated" ? 2008 : 2018);
}
