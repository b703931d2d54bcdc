import { expect, it } from "vitest";
import { createAllowance, purchaseMs } from "./allowance.ts";

// How long a purchase that begins now may wait, by what is left of the call and by what its vendor can do.

const allowed = (leftMs: number, longCalls: boolean) => ({ leftMs: () => leftMs, longCalls });
const check = async () => ({ state: "running", reference: { key: "j" }, pollAfterMs: 1 }) as const;
const lookup = async () => ({ candidates: [], conclusive: true });

const atOnce = { submitTimeoutMs: 180_000 };
const takesJobs = { submitTimeoutMs: 35_000, check };
const isFound = { ...takesJobs, lookup };
const knowsKeys = { ...takesJobs, idempotencyKeyLifetimeMs: 60_000 };

it.each([
  ["without a limit", allowed(Number.POSITIVE_INFINITY, true), atOnce, 180_000],
  ["with just enough time", allowed(180_000, true), atOnce, 180_000],
  ["with too little time for its answer", allowed(179_999, true), atOnce, undefined],
  ["of a vendor that works while we wait, where none may", allowed(900_000, false), atOnce, undefined],
  [
    "of a fast vendor that works while we wait, where none may",
    allowed(900_000, false),
    { submitTimeoutMs: 1 },
    undefined,
  ],
  ["of a job, where there is time", allowed(35_000, false), takesJobs, 35_000],
  ["of a job that nobody could find again", allowed(34_999, false), takesJobs, undefined],
  ["of a job that can be looked for", allowed(20_000, false), isFound, 20_000],
  ["of a job that its key would bring back", allowed(20_000, false), knowsKeys, 20_000],
  ["of a job that can be looked for, in hardly any time", allowed(9999, false), isFound, undefined],
  ["that can be looked for and holds no job", allowed(20_000, true), { ...atOnce, lookup }, undefined],
])("a purchase %s", (_, allowance, vendor, expected) => {
  expect(purchaseMs(allowance, vendor)).toBe(expected);
});

it("counts from its beginning", () => {
  let now = 5000;
  const clock = { monotonic: () => now };
  const { leftMs, longCalls } = createAllowance(clock as Parameters<typeof createAllowance>[0], {
    budgetMs: 1000,
    longCalls: false,
  });
  now += 300;
  expect([leftMs(), longCalls]).toEqual([700, false]);
  now += 800;
  expect(leftMs()).toBe(-100);
});
