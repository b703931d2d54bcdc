import type { JobReference } from "@genbff/core";
import type { TripoRequest } from "./to-request.ts";

/** What is remembered of a task beside its id. */
interface TaskFacts {
  /** When the vendor took it, by the vendor's clock, in ms since 1970. Not finite: nobody knows. */
  readonly takenAt: number;
  /** Whether it has a surface. */
  readonly textured: boolean;
}

/** A task by its id. */
export function taskReference(taskId: string, { takenAt, textured }: TaskFacts): JobReference {
  return { key: taskId, data: { ...(Number.isFinite(takenAt) ? { taken_at: takenAt } : {}), textured } };
}

/** A task that was made by a request of ours: what it works on, and what was spent before it, are remembered too. */
export function referenceOf(taskId: string, takenAt: number, request: TripoRequest): JobReference {
  const { path, body, importCredits = 0 } = request;
  const { key, data } = taskReference(taskId, { takenAt, textured: body.texture !== false });
  return {
    key,
    data: {
      ...data,
      ...(path.startsWith("models/") ? { work: path } : {}),
      ...(importCredits > 0 ? { import_credits: importCredits } : {}),
    },
  };
}

/** A task may be unknown for a moment after it was taken; a moment later that is the truth. */
export function isFresh({ data }: JobReference, now: number): boolean {
  const takenAt = data?.taken_at;
  return typeof takenAt === "number" && now - takenAt < 60_000;
}
