import type { JobReference } from "@genbff/core";
import * as z from "zod";

const dataSchema = z.object({ credits: z.number() }).partial();

/** Names a job, with what the vendor will not tell of it later. */
export function referenceOf(id: string, credits: number): JobReference {
  return { key: id, data: { credits } };
}

/** What the job costs, if we know. */
export function creditsOf({ data }: JobReference): number | undefined {
  return dataSchema.safeParse(data ?? {}).data?.credits;
}
