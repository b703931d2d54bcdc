import type { JsonObject } from "@genbff/core";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { submitContext } from "../../packages/providers/src/conformance/context.ts";
import { makeJob } from "./make-job.ts";
import { order } from "./order.ts";
import { joinedVendor } from "./vendors.ts";

// The simulator paints real pictures, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 30 });
});
afterAll(() => simulator.close());

/** Every way in which some of n outputs, and at least one of them, fail. */
const lossesOf = (n: number) =>
  Array.from({ length: 2 ** n - 1 }, (_, bits) =>
    Array.from({ length: n }, (_, index) => index).filter((index) => ((bits + 1) & (1 << index)) > 0),
  );

/** A vendor, what happens to some of its pictures, and what must come of it. */
interface Way {
  readonly name: string;
  /** As a directive, so that orders with different losses do not meet each other's. */
  readonly fault: string;
  /** Of each missing picture. Absent where it is known only once the stream was read: core finds out by what did not come. */
  readonly reason?: string;
  /** Of an order of which nothing came. Absent where core finds out, as above. */
  readonly allLost?: string;
  readonly more: JsonObject;
}

const empty = "odd_outputs variant=null";
const ways: readonly Way[] = [
  {
    name: "seedream",
    fault: "moderated stage=item",
    reason: "content_rejected",
    allLost: "content_rejected",
    more: { size: "1K" },
  },
  {
    name: "recraft",
    fault: empty,
    reason: "provider_failed",
    allLost: "submission_unknown",
    more: { random_seed: 1 },
  },
  { name: "fal", fault: empty, reason: "provider_failed", allLost: "provider_failed", more: {} },
  { name: "replicate", fault: empty, reason: "provider_failed", allLost: "provider_failed", more: {} },
  { name: "openai", fault: empty, allLost: "submission_unknown", more: { quality: "low" } },
  // The SDK takes no answer with a hole in it. What can go wrong with one of several is a picture without a byte.
  {
    name: "ai-sdk",
    fault: "empty_media",
    more: {},
  },
];

describe.each(ways)("$name with $fault", ({ name, fault, reason, allLost, more }) => {
  const vendor = joinedVendor(name);

  it.each([1, 2, 3, 4])("delivers what is good of %d, whichever are lost", async (n) => {
    const provider = vendor.create(simulator.url, 30_000);
    const before = simulator.purchases().length;
    const losses = lossesOf(n);
    const orders = losses.map((lost) => {
      const prompt = `${n} pictures of a lamp [[fault:${fault} only=${lost.join("+")}]]`;
      const input = { prompt, n, ...more };
      const job = makeJob(provider, { operation: "text-to-image", input, media: "png" });
      expect(job.outputs).toBe(n);
      return order(provider, job, submitContext());
    });
    for (const [at, { answer, outputs: streams, error }] of (await Promise.all(orders)).entries()) {
      const outputs = new Map([...streams].filter(([, bytes]) => bytes.length > 0));
      const lost = losses[at] ?? [];
      const good = Array.from({ length: n }, (_, index) => index).filter((index) => !lost.includes(index));
      expect([...outputs.keys()], `without ${lost}`).toEqual(good);
      expect([...outputs.values()].every(({ length }) => length > 1_000)).toBe(true);
      if (good.length === 0) {
        expect(error?.code).toBe(allLost);
      } else {
        const wanted = reason === undefined ? undefined : lost.map((index) => ({ index, code: reason }));
        expect(answer?.state === "done" ? answer.failures : answer, `without ${lost}`).toEqual(wanted);
      }
    }
    expect(simulator.purchases().length - before).toBeLessThanOrEqual(losses.length);
  });
});
