import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { submitContext } from "../../packages/providers/src/conformance/context.ts";
import { type FaultCase, faultCases } from "./fault-cases.ts";
import { makeJob } from "./make-job.ts";
import { type Order, order } from "./order.ts";
import { type JoinedVendor, joinedVendors } from "./vendors.ts";

// The simulator paints real pictures, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const canary = "CANARY";
// One simulator for each provider: all of them meet a fault at the same time, and their purchases are told apart.
const simulators = new Map<string, Simulator>();
const simulatorOf = ({ name }: JoinedVendor) => simulators.get(name) as Simulator;
const vendors: JoinedVendor[] = joinedVendors
  .filter(({ name }) => !name.endsWith("with files"))
  .flatMap((vendor) => (vendor.name === "stability" ? [vendor, stabilityJobs(vendor)] : [vendor]));

/** Of a vendor that answers at once and has jobs as well, both are shown. */
function stabilityJobs(vendor: JoinedVendor): JoinedVendor {
  const operations = vendor.operations.filter(({ operation }) => operation === "replace-background");
  return { ...vendor, name: "stability jobs", operations };
}

beforeAll(async () => {
  for (const { name } of vendors) simulators.set(name, await startSimulator({ jobMs: 60, canary }));
});
afterAll(async () => {
  for (const simulator of simulators.values()) await simulator.close();
});

/** How an order ended, in the words of the table. */
function endOf({ job, error, answer, outputs }: Order): string {
  if (error === undefined) {
    const odd = outputs.size === job.outputs ? "" : `, ${outputs.size} of ${job.outputs}`;
    return `${answer?.state}${odd}`;
  }
  const { outcome, code, operator, retryAfterMs } = error;
  const wait = retryAfterMs === undefined ? "" : ` in ${retryAfterMs}`;
  return `${outcome}: ${code}${operator ? ", operator" : ""}${wait}`;
}

async function meet(vendor: JoinedVendor, { fault, timeoutMs = 20_000 }: FaultCase) {
  const simulator = simulatorOf(vendor);
  await expect.poll(() => isOpen(simulator)).toBe(true);
  simulator.setFaults(fault === "offline" ? [] : [fault]);
  if (fault === "offline") {
    simulator.goOffline(600_000);
    await expect.poll(() => isOpen(simulator)).toBe(false);
  }
  const [wanted] = vendor.operations;
  if (wanted === undefined) throw new Error(`${vendor.name} sells nothing.`);
  const before = simulator.purchases().length;
  const provider = vendor.create(simulator.url, timeoutMs);
  const lines: string[] = [];
  const log = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const context = submitContext({ logger: { debug: log, info: log, warn: log, error: log } });
  const bought = await order(provider, makeJob(provider, wanted), context, false);
  if (fault === "offline") simulator.goOffline(1);
  const { error } = bought;
  lines.push(`${error?.message} ${JSON.stringify(error?.details)}`);
  expect(lines.join("\n")).not.toContain(canary);
  return { end: endOf(bought), count: () => simulator.purchases().length - before };
}

const isOpen = (simulator: Simulator) => fetch(simulator.url).then(Boolean, () => false);

describe("every provider ends as it must", () => {
  it.each(faultCases)("$number: $fault", async (row) => {
    const met = vendors.filter(({ name }) => row.at?.includes(name) ?? true);
    const orders = await Promise.all(met.map((vendor) => meet(vendor, row)));
    const byName = <T>(of: (name: string, index: number) => T) =>
      Object.fromEntries(met.map(({ name }, index) => [name, of(name, index)]));
    expect(byName((_, index) => orders[index]?.end)).toEqual(
      byName((name) => row.except?.[name] ?? row.wanted),
    );
    // A vendor may still be at work for somebody who went away.
    await expect
      .poll(() => byName((_, index) => orders[index]?.count()), { timeout: 10_000 })
      .toEqual(byName((name) => row.boughtAt?.[name] ?? row.bought));
  });
});
