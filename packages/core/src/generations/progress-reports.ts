import type { Clock } from "../shared/clock.ts";

/** What a provider says while it works. */
export interface ProgressReport {
  readonly progress?: number;
  readonly stage?: string;
}

/** Passes on how far a submission is, not more often than is worth telling. */
export interface ProgressReports {
  report(progress: ProgressReport): void;
  /** Drops what was not sent yet and waits for what is being sent: nothing of it may come after the step's commit. */
  close(): Promise<void>;
}

const pauseMs = 1000;
const stageLengthMax = 80;

/**
 * Thins out a provider's reports: at least a second between two, and of those in between the last one counts.
 *
 * @param send - Writes one. A failure is its own business: a report never fails a generation.
 */
export function createProgressReports(
  clock: Clock,
  send: (report: ProgressReport) => Promise<void>,
): ProgressReports {
  let waiting: ProgressReport | undefined;
  let callOff: (() => void) | undefined;
  let sending: Promise<void> = Promise.resolve();
  let closed = false;

  const flush = () => {
    callOff = undefined;
    if (waiting === undefined) return;
    const report = waiting;
    waiting = undefined;
    callOff = clock.after(pauseMs, flush);
    sending = sending.then(() => send(report)).catch(() => undefined);
  };
  return {
    report({ progress, stage }) {
      if (closed) return;
      waiting = {
        ...waiting,
        ...(progress === undefined ? {} : { progress: clampProgress(progress) }),
        ...(stage === undefined ? {} : { stage: clean(stage) }),
      };
      if (callOff === undefined) flush();
    },
    async close() {
      closed = true;
      waiting = undefined;
      callOff?.();
      await sending;
    },
  };
}

/** 100 is for what is stored and settled; a provider's nonsense is nothing. */
export function clampProgress(progress: number): number {
  return Number.isFinite(progress) ? Math.min(99, Math.max(0, Math.round(progress))) : 0;
}

function clean(stage: string): string {
  return stage
    .toWellFormed()
    .replace(/\p{Cc}/gu, " ")
    .slice(0, stageLengthMax)
    .toWellFormed();
}
