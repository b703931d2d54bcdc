import type { GenerationStatus } from "./wire.ts";

/** Whether a generation has ended. */
export function hasEnded(status: GenerationStatus): boolean {
  return status.status === "complete" || status.status === "failed" || status.status === "cancelled";
}

/**
 * Lets each version of each generation through once, in order, with a progress that never falls.
 *
 * A stream that resumes, and a poll that overlaps with it, tell things twice; a client sees them once.
 */
export function createNewerOnly(): (status: GenerationStatus) => GenerationStatus[] {
  const seen = new Map<string, { version: number; progress: number }>();
  return (status) => {
    const before = seen.get(status.generation_id);
    if (before && status.version <= before.version) return [];
    const progress = Math.max(before?.progress ?? 0, status.progress);
    seen.set(status.generation_id, { version: status.version, progress });
    return [{ ...status, progress }];
  };
}
