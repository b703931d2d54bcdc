import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../shared/clock.ts";
import { createProgressReports, type ProgressReport } from "./progress-reports.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("sends the first at once, then at most one a second, and of those in between the last", async () => {
  const sent: ProgressReport[] = [];
  const { report } = createProgressReports(systemClock, async (each) => void sent.push(each));
  for (let progress = 1; progress <= 50; progress++) {
    report({ progress, stage: `layer ${progress}` });
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(sent.map(({ progress }) => progress)).toEqual([1, 10, 20, 30, 40, 50]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(sent).toHaveLength(6);
  expect(sent.at(-1)).toEqual({ progress: 50, stage: "layer 50" });
  expect(vi.getTimerCount()).toBe(0);
});

it("keeps the last of each where they come apart, and lets nonsense be nothing", async () => {
  const sent: ProgressReport[] = [];
  const { report } = createProgressReports(systemClock, async (each) => void sent.push(each));
  report({ progress: Number.NaN });
  report({ stage: "mixing\u0000paint" });
  report({ progress: 1000 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent).toEqual([{ progress: 0 }, { progress: 99, stage: "mixing paint" }]);
});

it("goes on after one that could not be written, and says nothing after it was closed", async () => {
  const send = vi.fn(async () => Promise.reject(new Error("the database went away")));
  const reports = createProgressReports(systemClock, send);
  reports.report({ progress: 1 });
  reports.report({ progress: 2 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(send).toHaveBeenCalledTimes(2);
  reports.report({ progress: 3 });
  await reports.close();
  reports.report({ progress: 4 });
  await vi.advanceTimersByTimeAsync(5000);
  expect(send).toHaveBeenCalledTimes(2);
});

it("waits, when it is closed, for what is being written", async () => {
  let written: (() => void) | undefined;
  const reports = createProgressReports(
    systemClock,
    () => new Promise<void>((resolve) => (written = resolve)),
  );
  reports.report({ progress: 1 });
  let closed = false;
  const closing = reports.close().then(() => (closed = true));
  await vi.advanceTimersByTimeAsync(100);
  expect(closed).toBe(false);
  written?.();
  await closing;
});
