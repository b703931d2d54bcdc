import { expect, it } from "vitest";
import type { Fault } from "../faults/rule.ts";
import { isFailing, type JobClock, standingOf } from "./job-clock.ts";

const phases = (job: Partial<JobClock>, passing?: Fault) =>
  [0, 10, 20, 40, 60, 80, 99, 100, 500].map((at) => {
    const { phase, word } = standingOf({ created_ms: 0, job_ms: 100, ...job }, at, passing);
    return word ?? phase;
  });
const q = "queued";
const r = "running";
const c = "cancelled";

it.each<[string, Partial<JobClock>, string[]]>([
  ["goes its way", {}, [q, q, r, r, r, r, r, "done", "done"]],
  ["is done at once without time", { job_ms: 0 }, Array(9).fill("done")],
  ["fails at its end", { fate: { kind: "job_failed" } }, [q, q, r, r, r, r, r, "failed", "failed"]],
  [
    "is done where a placeholder is handed out",
    { fate: { kind: "moderated", stage: "placeholder" } },
    [q, q, r, r, r, r, r, "done", "done"],
  ],
  ["cancels itself halfway", { fate: { kind: "job_cancelled" } }, [q, q, r, r, c, c, c, c, c]],
  [
    "is done although it cancelled itself",
    { fate: { kind: "job_cancelled", variant: "completes" } },
    [q, q, r, r, c, c, c, "done", "done"],
  ],
  ["is cancelled by its customer", { cancelled_ms: 30 }, Array(9).fill(c)],
  ["is done when the cancel came too late", { cancelled_ms: 100 }, [q, q, r, r, r, r, r, "done", "done"]],
  [
    "is done when the cancel is ignored",
    { cancelled_ms: 30, fate: { kind: "cancel_ignored" } },
    [q, q, r, r, r, r, r, "done", "done"],
  ],
  [
    "has a status that nobody knows until it is done",
    { fate: { kind: "unknown_status" } },
    [...Array(7).fill("pondering"), "done", "done"],
  ],
  [
    "has one for ever",
    { fate: { kind: "unknown_status", word: "brooding", forever: true } },
    Array(9).fill("brooding"),
  ],
])("%s", (_, job, expected) => {
  expect(phases(job)).toEqual(expected);
});

it("shows a strange status to one look alone", () => {
  expect(phases({}, { kind: "unknown_status", word: "odd" })).toEqual(Array(9).fill("odd"));
});

it("tells which fates end without a result", () => {
  const failing: Fault[] = [{ kind: "job_failed" }, { kind: "moderated" }, { kind: "job_cancelled" }];
  expect(failing.map(isFailing)).toEqual([true, true, true]);
  expect(isFailing({ kind: "job_cancelled", variant: "completes" })).toBe(false);
  expect(isFailing(undefined)).toBe(false);
});
