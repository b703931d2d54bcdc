import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { submitContext } from "../../packages/providers/src/conformance/context.ts";
import { makeJob } from "./make-job.ts";
import { expectMedia } from "./media.ts";
import type { OperationCase } from "./operation-cases.ts";
import { draftOf, type Order, order } from "./order.ts";
import { type JoinedVendor, joinedVendors } from "./vendors.ts";

// The simulator paints real pictures, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe.each(joinedVendors)("$name sells", (vendor: JoinedVendor) => {
  let simulator: Simulator;
  const made = new Map<string, Order>();
  const costs: number[] = [];
  beforeAll(async () => {
    simulator = await startSimulator({ jobMs: 30 });
  });
  afterAll(() => simulator.close());

  const provider = () => vendor.create(simulator.url, 30_000);

  it("nothing that is not shown here", () => {
    const shown = new Set(vendor.operations.map(({ operation }) => operation));
    expect([...shown].sort()).toEqual(Object.keys(provider().offers).sort());
  });

  it.each(vendor.operations)("$operation $input, once, for what its invoice says", async (wanted) => {
    const { operation, input, media, draftOf: from }: OperationCase = wanted;
    const draft = from === undefined ? undefined : made.get(from);
    const drafts = draft === undefined ? [] : [draftOf(draft)];
    const model = made.get("text-to-model")?.outputs.get(0);
    const job = makeJob(provider(), wanted, { drafts, ...(model ? { model } : {}) });
    const { parameters, check } = provider().offers[operation] ?? {};
    const own = Object.entries(input).filter(([field]) => Object.hasOwn(parameters?.shape ?? {}, field));
    parameters?.parse(Object.fromEntries(own));
    expect(check?.(input, job.files)).toBeUndefined();

    const before = simulator.purchases().length;
    const bought = await order(provider(), job, submitContext());
    if (bought.error) throw bought.error;
    expect([...bought.outputs.keys()]).toEqual(Array.from({ length: job.outputs }, (_, index) => index));
    for (const bytes of bought.outputs.values()) expectMedia(bytes, media);
    if (!made.has(operation)) made.set(operation, bought);

    const purchases = simulator.purchases().slice(before);
    const paid = purchases.filter(({ usd, credits }) => usd > 0 || (credits ?? 0) > 0);
    expect(paid).toHaveLength(1);
    if (vendor.referenced) expect(paid[0]?.client_reference).toBe(job.clientReference);
    expect(simulator.traffic().filter(({ duplicate }) => duplicate)).toEqual([]);
    const cost = bought.answer?.state === "done" ? bought.answer.cost : undefined;
    expect(cost).toEqual({ unit: vendor.unit, amount: expect.any(Number) });
    costs.push(cost?.amount ?? 0);
  });

  it("and its invoice is the sum of what it said", () => {
    const invoice = simulator.invoice().find((one) => one.vendor === vendor.simulated);
    const sum = costs.reduce((total, cost) => total + Math.round(cost * 1e6), 0) / 1e6;
    // Tokens are billed in money, at prices that the answers do not tell.
    if (vendor.unit === "tokens") expect([invoice?.unit, sum > 0]).toEqual(["usd", true]);
    else expect([invoice?.unit, invoice?.amount]).toEqual([vendor.unit, sum]);
  });
});
