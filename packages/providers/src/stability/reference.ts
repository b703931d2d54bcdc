import type { JobReference } from "@genbff/core";
import * as z from "zod";

const dataSchema = z.object({ taken_at: z.number(), credits: z.number() }).partial();

/** A job may be unknown to another machine of the vendor's for a moment after it was taken. */
const freshMs = 60_000;

/** Names a job, with what the vendor will not tell of it later. */
export function referenceOf(id: string, takenAt: number, credits: number): JobReference {
  return { key: id, data: { taken_at: takenAt, credits } };
}

/** What the job costs, if we know. */
export function creditsOf({ data }: JobReference): number | undefined {
  return dataSchema.safeParse(data ?? {}).data?.credits;
}

/** Whether a job that is not found may still appear. */
export function isFresh({ data }: JobReference, now: number): boolean {
  const takenAt = dataSchema.safeParse(data ?? {}).data?.taken_at;
  return takenAt !== undefined && now - takenAt < freshMs;
}
