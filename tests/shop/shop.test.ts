import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../packages/core/src/testing/embedded/test-database.ts";
import { mishaps } from "./mishaps.ts";
import { runShop } from "./run.ts";
import { atSimulator } from "./simulated-vendors.ts";

vi.setConfig({ testTimeout: 180_000 });

const seed = Number(process.env.SHOP_SEED ?? 4);
const count = Number(process.env.SHOP_COUNT ?? 143);
const canary = "CANARY";

let test: TestDatabase;
let simulator: Simulator;
beforeAll(async () => {
  [test, simulator] = await Promise.all([
    createTestDatabase({ max: 20 }),
    startSimulator({ seed, canary, jobMs: 100 }),
  ]);
});
afterAll(async () => {
  await simulator.close();
  await test.close();
});

it("sells of every vendor, all of which misbehave: nothing twice, nothing lost, every cost booked, no word let out", async () => {
  const { counts, accounts, violations } = await runShop(test, atSimulator(simulator.url), {
    seed,
    more: (ordered) => ordered < count,
    inFlight: 24,
    patience: { timeoutMs: 20_000, settleMs: 1000 },
    faults: mishaps,
    canary,
  });
  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ generations: count });
  for (const { recorded, orphaned, invoiced } of Object.values(accounts)) {
    expect(recorded + orphaned).toBeCloseTo(invoiced, 6);
    expect(invoiced).toBeGreaterThan(0);
  }
  if (process.env.SHOP_COUNT !== undefined) console.log(counts, accounts);
});
