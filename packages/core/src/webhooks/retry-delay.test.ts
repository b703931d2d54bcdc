import { describe, expect, it } from "vitest";
import { retryDelayMs, standardRetryDelaysMs } from "./retry-delay.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const hourMs = 3_600_000;
const delay = (tries: number, asked?: string, random = 0.5) =>
  retryDelayMs(standardRetryDelaysMs, tries, { asked, now, random: () => random });

describe("the wait after a failed try", () => {
  it("grows as the specification proposes, and ends after three days", () => {
    const waits = Array.from({ length: 9 }, (_, index) => delay(index + 1) ?? 0);
    expect(waits.slice(0, 4)).toEqual([5000, 300_000, 1_800_000, 2 * hourMs]);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    const wholeMs = waits.reduce((sum, wait) => sum + wait);
    expect(wholeMs).toBeGreaterThan(72 * hourMs);
    expect(wholeMs).toBeLessThan(80 * hourMs);
    expect(delay(10)).toBeUndefined();
    expect(delay(10, "60")).toBeUndefined();
  });

  it("is spread by a fifth, so that many do not come back together", () => {
    expect([0, 1].map((random) => delay(2, undefined, random))).toEqual([240_000, 360_000]);
  });

  it.each([
    ["7200", 7_200_000],
    [" 7200 ", 7_200_000],
    ["Sat, 21 Nov 2026 12:00:00 GMT", 7_200_000],
    ["1", 5000],
    ["0", 5000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", 5000],
    ["9999999999999999999999", 24 * hourMs],
    ["Sat, 21 Nov 2099 12:00:00 GMT", 24 * hourMs],
    ["-5", 5000],
    ["1.5", 5000],
    ["soon", 5000],
    ["soon GMT", 5000],
    ["", 5000],
  ])(
    "is what the receiver asks for with %j, never sooner than planned nor later than a day",
    (asked, wait) => {
      expect(delay(1, asked)).toBe(wait);
    },
  );
});
