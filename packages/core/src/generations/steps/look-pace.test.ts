import { expect, it } from "vitest";
import { pauseBeforeNextLookMs } from "./look-pace.ts";

/** How often a job is looked at until it is found to be over, and how late that is. */
function follow(jobMs: number, pollAfterMs: number) {
  let looks = 0;
  let atMs = pauseBeforeNextLookMs(pollAfterMs, 0);
  for (looks = 1; atMs < jobMs; looks++) atMs += pauseBeforeNextLookMs(pollAfterMs, atMs);
  return { looks, lateMs: atMs - jobMs };
}

it.each([2000, 3000, 5000, 10_000])("asks 12 times at most for a job of a minute, every %i ms", (pace) => {
  const { looks, lateMs } = follow(60_000, pace);
  expect(looks).toBeLessThanOrEqual(12);
  expect(lateMs).toBeLessThanOrEqual(Math.max(pace, 6000));
});

it("finds a quick job at the provider's own pace", () => {
  expect(follow(1500, 2000)).toEqual({ looks: 1, lateMs: 500 });
  expect(follow(3500, 2000)).toEqual({ looks: 2, lateMs: 500 });
});

it("never asks sooner than the provider wants, nor waits more than three times as long", () => {
  for (const ageMs of [-5000, 0, 10, 5000, 3_600_000])
    for (const pace of [5, 100, 3000, 60_000]) {
      const pauseMs = pauseBeforeNextLookMs(pace, ageMs);
      expect(pauseMs).toBeGreaterThanOrEqual(pace);
      expect(pauseMs).toBeLessThanOrEqual(3 * pace);
    }
});
