import type { GenerationStatus, PreviewEvent } from "./wire.ts";

/** Whether a generation has ended. */
export function hasEnded(status: GenerationStatus): boolean {
  return status.status === "complete" || status.status === "failed" || status.status === "cancelled";
}

/** Lets what is new through. */
export interface NewerOnly {
  /** The status, if its version is. */
  take(status: GenerationStatus): GenerationStatus[];
  /** The last status with this picture in it; nothing where none was seen, because the next status has it too. */
  takePreview(event: PreviewEvent): GenerationStatus[];
}

/**
 * Lets each version of each generation through once, in order, with a progress that never falls.
 *
 * A stream that resumes, and a poll that overlaps with it, tell things twice; a client sees them once.
 */
export function createNewerOnly(): NewerOnly {
  const seen = new Map<string, GenerationStatus>();
  const take = (status: GenerationStatus): GenerationStatus[] => {
    const before = seen.get(status.generation_id);
    if (before && status.version <= before.version) return [];
    const newer = { ...status, progress: Math.max(before?.progress ?? 0, status.progress) };
    seen.set(status.generation_id, newer);
    return [newer];
  };
  return {
    take,
    takePreview({ task_id: _task, generation_id: id, version, ...preview }) {
      const before = seen.get(id);
      if (!before || hasEnded(before)) return [];
      const others = before.previews.filter(({ index }) => index !== preview.index);
      return take({ ...before, version, previews: [...others, preview] });
    },
  };
}
