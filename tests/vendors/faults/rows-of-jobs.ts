import {
  atOnce,
  columns,
  complete,
  ends,
  type FaultRow,
  failed,
  jobs,
  never,
  noJob,
  operator,
} from "./row.ts";

const asked = { ...ends(jobs, complete, 1), ...never(atOnce, noJob) };
const cannotStop = never(
  ["stability jobs"],
  "Its jobs have no status beside running: nobody can cancel them.",
);
const cannotCancel = {
  ...cannotStop,
  ...never(
    ["tripo"],
    "It has no call that cancels. See the next row for tasks that were cancelled by others.",
  ),
};

/** Faults of jobs and of accounts. */
export const rowsOfJobs: readonly FaultRow[] = [
  { number: 13, part: "job 404 right after submit", fault: { kind: "job_not_found" }, cells: asked },
  { number: 14, part: "unknown status value", fault: { kind: "unknown_status", on: "read" }, cells: asked },
  { number: 15, part: "running -> queued", fault: { kind: "status_backwards" }, cells: asked },
  {
    number: 15,
    part: "complete -> running",
    fault: { kind: "status_backwards", variant: "complete" },
    cells: asked,
  },
  ...(
    [
      ["> 100", "over"],
      ["NaN", "nan"],
      ["[below 0]", "negative"],
      ["[a text]", "text"],
    ] as const
  ).map(([part, variant]) => ({
    number: 16,
    part,
    fault: { kind: "odd_progress", variant } as const,
    cells: {
      ...ends(["tripo"], complete, 1),
      ...never(["stability jobs", "fal", "replicate"], "Its answers tell no progress."),
      ...never(atOnce, noJob),
    },
  })),
  {
    number: 28,
    part: "cancels itself",
    fault: { kind: "job_cancelled" },
    cells: {
      ...ends(["fal", "replicate"], "failed: cancelled", 1),
      // Nobody can ask Tripo to: its task has failed.
      ...ends(["tripo"], failed, 1),
      ...cannotStop,
      ...never(atOnce, noJob),
    },
  },
  {
    number: 29,
    part: "completes after cancel",
    fault: { kind: "cancel_ignored" },
    cancels: true,
    cells: {
      ...ends(["fal", "replicate"], "complete; cancel not confirmed", 1),
      ...cannotCancel,
      ...never(atOnce, noJob),
    },
  },
  {
    number: 29,
    part: "[completes after it cancelled itself]",
    fault: { kind: "job_cancelled", variant: "completes" },
    cells: {
      // Who looks while it is cancelled has seen its end: what comes later is for core, which writes it down.
      replicate: { end: "failed: cancelled", or: complete, bought: 1 },
      tripo: { end: failed, or: complete, bought: 1 },
      fal: { end: "failed: cancelled", or: complete, bought: 1 },
      ...cannotStop,
      ...never(atOnce, noJob),
    },
  },
  {
    number: 31,
    part: "changes job id on internal retry",
    fault: { kind: "job_id_changed" },
    cells: asked,
  },
  {
    number: 32,
    part: "clock skew in its timestamps",
    fault: { kind: "clock_skew", times: null },
    cells: ends(columns, complete, 1),
  },
  {
    number: 33,
    part: "credentials revoked mid-generation",
    fault: { kind: "unauthorized", on: "read" },
    cells: asked,
  },
  {
    number: 33,
    part: "[revoked before it]",
    fault: { kind: "unauthorized" },
    cells: ends(columns, operator, 0),
  },
  { number: 34, part: "quota/billing error", fault: { kind: "quota" }, cells: ends(columns, operator, 0) },
  {
    number: 34,
    part: "[the job fails]",
    fault: { kind: "job_failed" },
    cells: { ...ends(jobs, failed, 1), ...never(atOnce, noJob) },
  },
];
