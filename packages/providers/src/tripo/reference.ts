import type { JobReference } from "@genbff/core";
import type { TripoRequest } from "./to-request.ts";

/** How a task is remembered: its id, when the vendor took it by the vendor's clock, and whether it has a surface. */
export function referenceOf(taskId: string, takenAt: number, { body }: TripoRequest): JobReference {
  const known = Number.isFinite(takenAt) ? { taken_at: takenAt } : {};
  return { key: taskId, data: { ...known, textured: body.texture !== false } };
}

/** A task may be unknown for a moment after it was taken; a moment later that is the truth. */
export function isFresh({ data }: JobReference, now: number): boolean {
  const takenAt = data?.taken_at;
  return typeof takenAt === "number" && now - takenAt < 60_000;
}
