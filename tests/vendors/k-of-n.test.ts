import { type FaultRule, type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { submitContext } from "../../packages/providers/src/conformance/context.ts";
import { makeJob } from "./make-job.ts";
import { order } from "./order.ts";
import { joinedVendors } from "./vendors.ts";

// The simulator paints real pictures, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

/** Every way in which some of n outputs, and at least one of them, fail. */
const subsets = [1, 2, 3, 4].flatMap((n) =>
  Array.from({ length: 2 ** n - 1 }, (_, bits) => ({
    n,
    lost: Array.from({ length: n }, (_, index) => index).filter((index) => ((bits + 1) & (1 << index)) > 0),
  })),
);

// A vendor that says why each picture is missing, and two that leave its place empty.
const ways: [string, Partial<FaultRule> & Pick<FaultRule, "kind">, string | undefined, string][] = [
  ["seedream", { kind: "moderated", stage: "item" }, "content_rejected", "content_rejected"],
  ["recraft", { kind: "odd_outputs", variant: "null" }, "provider_failed", "submission_unknown"],
  // Known only once the stream was read: core finds out by what did not come.
  ["openai", { kind: "odd_outputs", variant: "null" }, undefined, "submission_unknown"],
];

describe.each(ways)("%s with %j", (name, fault, reason, allLost) => {
  const vendor = joinedVendors.find((one) => one.name === name);
  const provider = () => {
    if (vendor === undefined) throw new Error(`There is no ${name}.`);
    return vendor.create(simulator.url, 30_000);
  };
  const small = name === "openai" ? { quality: "low" } : name === "seedream" ? { size: "1K" } : {};

  it.each(subsets)("delivers what is good of $n without $lost", async ({ n, lost }) => {
    simulator.setFaults([{ ...fault, vendor: name, only: lost.join("+") }]);
    const input = { prompt: `${n} pictures of a lamp`, n, ...small };
    const job = makeJob(provider(), { operation: "text-to-image", input, media: "png" });
    expect(job.outputs).toBe(n);
    const before = simulator.purchases().length;
    const { answer, outputs, error } = await order(provider(), job, submitContext());
    const good = Array.from({ length: n }, (_, index) => index).filter((index) => !lost.includes(index));
    expect([...outputs.keys()]).toEqual(good);
    expect([...outputs.values()].every(({ length }) => length > 1_000)).toBe(true);
    if (good.length === 0) {
      expect(error?.code).toBe(allLost);
    } else {
      const wanted = reason === undefined ? undefined : lost.map((index) => ({ index, code: reason }));
      expect(answer?.state === "done" ? answer.failures : answer).toEqual(wanted);
    }
    expect(simulator.purchases().length - before).toBeLessThanOrEqual(1);
  });
});
