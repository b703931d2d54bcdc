import type { FaultRow } from "./row.ts";
import { rowsOfCalls } from "./rows-of-calls.ts";
import { rowsOfJobs } from "./rows-of-jobs.ts";
import { rowsOfOutputs } from "./rows-of-outputs.ts";
import { rowsOfWebhooks } from "./rows-of-webhooks.ts";

/** Every fault, number by number. */
export const faultTable: readonly FaultRow[] = [
  ...rowsOfCalls,
  ...rowsOfJobs,
  ...rowsOfOutputs,
  ...rowsOfWebhooks,
].sort((a, b) => a.number - b.number);
