import type { JobReference } from "@genbff/core";

/** How a prediction is remembered; `takenAt` by the vendor's clock. */
export function referenceOf(id: string, operation: string, takenAt = Number.NaN): JobReference {
  return { key: id, data: { operation, ...(Number.isFinite(takenAt) ? { taken_at: takenAt } : {}) } };
}

/** A prediction may be unknown for a moment after it was taken. */
export function isFresh({ data }: JobReference, now: number): boolean {
  return typeof data?.taken_at === "number" && now - data.taken_at < 60_000;
}
