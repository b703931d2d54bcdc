import type { JsonValue } from "@genbff/core";
import { afterEach, describe, expect, it } from "vitest";
import type { Moment } from "../../makeit3d/tests/mortal.ts";
import { type GenerationRow, openWorld, projectId, until, type World } from "./fan-out-world.ts";

// A brief with 32 prompts, and a death at every step of the way from the plan to the last logo.

const prices = { plan: 1, logo: 2 };
const both = (at: string): Moment[] => [
  { at, when: "before" },
  { at, when: "after" },
];

/**
 * Of the plan: whoever dies there leaves a plan that the next process goes on with. In several lives, because a generation
 * that is given up a third time has had its attempts.
 */
const planGoesOn: readonly (readonly Moment[])[] = [
  [...both("genbff_take"), { at: "designer.prepare", when: "before" }],
  [
    { at: "designer.prepare", when: "after" },
    { at: "genbff_intent", when: "before" },
  ],
  [{ at: "genbff_record settling", when: "after" }, ...both("genbff_finish")],
];
/** And here one that may have been bought: the vendor cannot be asked, so nobody buys it again. */
const planIsLost: readonly Moment[] = [
  { at: "genbff_intent", when: "after" },
  ...both("designer.submit"),
  { at: "genbff_record settling", when: "before" },
];
/** Of the logos, one after the other: those that may have been bought are lost, and the next process goes on with the others. */
const logos: readonly (Moment & { readonly loses?: true })[] = [
  ...both("genbff_take"),
  { at: "genbff_intent", when: "after", loses: true },
  ...both("painter.prepare"),
  { at: "painter.submit", when: "before", loses: true },
  { at: "genbff_intent", when: "before" },
  { at: "painter.submit", when: "after", loses: true },
  { at: "storage.put", when: "before", loses: true },
  { at: "storage.put", when: "during", loses: true },
  { at: "storage.put", when: "after", loses: true },
  { at: "genbff_record settling", when: "before", loses: true },
  { at: "genbff_record settling", when: "after" },
  ...both("genbff_finish"),
];

let world: World;
afterEach(async () => {
  expect(await world.test.database.call("genbff_violations", {})).toEqual([]);
  await world.close();
});

/** Everybody died as planned; whoever came last made the rest. */
async function dieAt(moments: readonly Moment[], count: number): Promise<string[]> {
  const calls: string[] = [];
  for (const [turn, moment] of moments.entries()) {
    const { life, ask } = await world.spawn(moment);
    if (turn === 0) ask(count);
    await until(() => life.dead, `${moment.when} ${moment.at} was never reached`);
    await world.leasesRunOut();
    calls.push(...life.calls);
  }
  const { life, ask } = await world.spawn();
  if (moments.length === 0) ask(count);
  await world.ended();
  return [...calls, ...life.calls];
}

const of = (rows: readonly GenerationRow[], operation: string) =>
  rows.filter((row) => row.operation === operation);

/** Each logo is there once, was bought at most once, and is paid if it was delivered. */
async function expectRightBooks(rows: readonly GenerationRow[], count: number): Promise<void> {
  const made = of(rows, "make-logo");
  const prompts = Array.from({ length: count }, (_, index) => `a fox, number ${index}`);
  expect(made.map(({ prompt }) => prompt).sort()).toEqual(prompts.sort());
  for (const { id, status, error_code, charged } of made) {
    const bought = world.sold.filter(({ generationId }) => generationId === id).length;
    if (status === "complete") expect([bought, charged]).toEqual([1, String(prices.logo)]);
    else {
      expect([status, error_code, charged]).toEqual(["failed", "submission_unknown", "0"]);
      expect(bought).toBeLessThanOrEqual(1);
    }
  }
  const delivered = made.filter(({ status }) => status === "complete").length;
  expect(await world.balance()).toMatchObject({
    held: 0,
    available: 200 - prices.plan - delivered * prices.logo,
  });
  const shown = await world.test.query<{ status: string }>(
    "select status from public.generated_assets where project_id = $1",
    [projectId],
  );
  expect(shown).toHaveLength(count);
  expect(shown.filter(({ status }) => status === "completed")).toHaveLength(delivered);
}

describe("a brief with 32 prompts", () => {
  it("knows every step there is", async () => {
    world = await openWorld(200);
    const calls = await dieAt([], 32);
    await expectRightBooks(await world.rows(), 32);
    const story = new Set(
      calls.slice(calls.indexOf("genbff_take")).filter((call) => !/heartbeat|sweep|urlOf/.test(call)),
    );
    const known = new Set([...planGoesOn.flat(), ...planIsLost, ...logos].map(({ at }) => at));
    expect([...story].sort()).toEqual([...known].sort());
  });

  it.each(planGoesOn.map((moments) => ({ moments, steps: moments.map(({ at }) => at).join(", ") })))(
    "whose plan dies at $steps: 32 logos, none twice, each paid once",
    async ({ moments }) => {
      world = await openWorld(200);
      await dieAt(moments, 32);
      const rows = await world.rows();
      await expectRightBooks(rows, 32);
      expect(rows.every(({ status }) => status === "complete")).toBe(true);
      expect(world.sold).toHaveLength(33);
    },
  );

  it("whose logos die at every step, process after process: none twice, and paid is what was delivered", async () => {
    // One at a time: then it is known which one dies.
    world = await openWorld(200, 1);
    const plan: Moment = { at: "genbff_finish", when: "after" };
    await dieAt([plan, ...logos], 32);
    const rows = await world.rows();
    await expectRightBooks(rows, 32);
    const lost = of(rows, "make-logo").filter(({ status }) => status === "failed");
    expect(lost).toHaveLength(logos.filter(({ loses }) => loses).length);
    expect(world.sold.filter(({ operation }) => operation === "plan-prompts")).toHaveLength(1);
  });

  it.each(planIsLost)(
    "whose plan dies $when $at: it is lost, no logo, no charge, bought at most once",
    async (moment) => {
      world = await openWorld(200);
      await dieAt([moment], 32);
      expect(await world.rows()).toMatchObject([
        { operation: "plan-logos", status: "failed", error_code: "submission_unknown", charged: "0" },
      ]);
      expect(world.sold.length).toBeLessThanOrEqual(1);
      expect(await world.balance()).toMatchObject({ available: 200, held: 0 });
    },
  );
});

describe("a plan that is none", () => {
  const prompts = (count: number) => ({ prompts: Array<string>(count).fill("a fox") });
  it.each<[string, JsonValue]>([
    ["with more prompts than anybody may ask for", prompts(33)],
    ["without a prompt", prompts(0)],
    ["with an empty prompt", { prompts: ["a fox", " "] }],
    ["with a prompt as long as a book", { prompts: ["a".repeat(4001)] }],
    ["of another shape", { ideas: ["a fox"] }],
  ])("%s, begins no logo and costs nothing", async (_, plan) => {
    world = await openWorld(200, 2, () => plan);
    await dieAt([], 8);
    expect(await world.rows()).toMatchObject([
      { operation: "plan-logos", status: "failed", error_code: "provider_failed", charged: "0" },
    ]);
    expect(await world.balance()).toMatchObject({ available: 200, held: 0 });
  });
});

describe("credits for five of eight logos", () => {
  it("make five, and the others say so", async () => {
    world = await openWorld(prices.plan + 5 * prices.logo + 1);
    await dieAt([], 8);
    const rows = of(await world.rows(), "make-logo");
    expect(rows).toHaveLength(8);
    const words = rows.map(({ status, error_code, charged }) => `${status} ${error_code} ${charged}`).sort();
    expect(words).toEqual([
      ...Array<string>(5).fill("complete null 2"),
      ...Array<string>(3).fill("failed insufficient_credits 0"),
    ]);
    expect(await world.balance()).toMatchObject({ available: 1, held: 0 });
    const shown = await world.test.query<{ status: string; error: string | null }>(
      "select status, error from public.generated_assets order by status",
    );
    expect(shown.slice(5)).toEqual(Array(3).fill({ status: "failed", error: "insufficient_credits" }));
  });
});
