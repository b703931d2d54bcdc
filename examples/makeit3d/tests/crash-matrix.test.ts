import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvents } from "../../../packages/core/src/testing/read-events.ts";
import {
  ask,
  bodyFor,
  type Expected,
  endOf,
  expectEnd,
  makeWorld,
  requestOf,
  until,
  type Vendor,
} from "./crash-world.ts";
import { type Life, type Moment, mortalLife } from "./mortal.ts";

// Each point of `reliability-spec.md` 3 once for each class of vendor, by abandoning the process at a call of a port:
// nothing that it still wants to do reaches anything. docs/how-a-generation-lives.md tells the same tables.

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 300 });
});
afterAll(() => simulator.close());

/** One life with one death in it, and what was true afterwards. */
async function killAndRecover(vendor: Vendor, moment: Moment | undefined, cancel = false) {
  const world = await makeWorld(simulator);
  try {
    const id = await ask(world, vendor);
    const first = world.spawn(moment);
    await first.bff.start();
    if (moment !== undefined) {
      await until(() => first.life.dead, `${moment.at} was never called`);
      if (cancel)
        await world.test.database.call("genbff_cancel", { p_user_id: "alice", p_generation_id: id });
      await world.leasesRunOut();
      const second = world.spawn();
      await second.bff.start();
      // C14: whoever watches is told by the row, whichever process wrote it.
      const watched = new Request(`http://shop.test/api/tasks/${id}/events`);
      const events = await readEvents(await second.bff.fetch(watched));
      expect(
        events.filter(({ data }) => data.completed_at !== null && data.status !== undefined),
      ).toHaveLength(1);
    }
    const end = await endOf(world, simulator, id);
    return { calls: [...first.life.calls], ...end };
  } finally {
    await world.close();
  }
}

/** Every call on the way of one generation, and what a death before it and after it must lead to. */
const points: Record<Vendor, Record<string, { before: Expected; after: Expected }>> = {
  openai: {
    genbff_take: { before: "complete", after: "complete" },
    "provider.prepare": { before: "complete", after: "complete" },
    genbff_intent: { before: "complete", after: "lost" },
    "provider.submit": { before: "lost", after: "lost" },
    "storage.put": { before: "lost", after: "lost" },
    "genbff_record settling": { before: "lost", after: "complete" },
    genbff_finish: { before: "complete", after: "complete" },
  },
  // This vendor can be asked what it sold: nothing is ever lost.
  tripo: {
    genbff_take: { before: "complete", after: "complete" },
    "provider.prepare": { before: "complete", after: "complete" },
    genbff_intent: { before: "complete", after: "complete" },
    "provider.submit": { before: "complete", after: "complete" },
    "genbff_record submitted": { before: "complete", after: "complete" },
    "provider.check": { before: "complete", after: "complete" },
    "genbff_record fetching": { before: "complete", after: "complete" },
    "storage.put": { before: "complete", after: "complete" },
    "genbff_record settling": { before: "complete", after: "complete" },
    genbff_finish: { before: "complete", after: "complete" },
  },
};

const bothVendors = ["openai", "tripo"] as const;

describe.each(bothVendors)("C4-C9, C11-C14: a death at each step of %s", (vendor) => {
  it("knows every step there is", async () => {
    const { calls, ...end } = await killAndRecover(vendor, undefined);
    expectEnd(end, vendor, "complete");
    const story = new Set(
      calls.slice(calls.indexOf("genbff_take")).filter((call) => !/heartbeat|sweep/.test(call)),
    );
    story.delete("storage.urlOf");
    expect([...story].sort()).toEqual(Object.keys(points[vendor]).sort());
  });

  const deaths = Object.entries(points[vendor]).flatMap(([at, expected]) =>
    (["before", "after"] as const).map((when) => ({ at, when, expected: expected[when] })),
  );
  it.concurrent.each(deaths)("killed $when $at, it ends $expected", async ({ at, when, expected }) => {
    expectEnd(await killAndRecover(vendor, { at, when }), vendor, expected);
  });
});

describe("C10: a death in the middle of a file", () => {
  it.concurrent.each([
    { vendor: "openai", expected: "lost" },
    { vendor: "tripo", expected: "complete" },
  ] as const)("of $vendor shows no part of it, and ends $expected", async ({ vendor, expected }) => {
    expectEnd(await killAndRecover(vendor, { at: "storage.put", when: "during" }), vendor, expected);
  });
});

describe.each(bothVendors)("C1-C3: a death while a request for %s is answered", (vendor) => {
  it.concurrent.each([
    { point: "C1", moment: { at: "genbff_start", when: "before" }, replayed: null },
    { point: "C2", moment: { at: "genbff_start", when: "after" }, replayed: "true" },
    { point: "C3", moment: undefined, replayed: "true" },
  ] as const)("$point: the same request, sent again, makes one", async ({ moment, replayed }) => {
    const world = await makeWorld(simulator);
    try {
      const body = bodyFor(vendor);
      const first = world.spawn(moment);
      const answer = first.bff.fetch(requestOf(vendor, body));
      if (moment === undefined) {
        await answer;
        first.life.dead = true;
      } else await until(() => first.life.dead, "it was never asked");
      await world.leasesRunOut();
      const second = world.spawn();
      const again = await second.bff.fetch(requestOf(vendor, body));
      expect(again.status).toBe(202);
      expect(again.headers.get("idempotency-replayed")).toBe(replayed);
      const { generation_id: id } = (await again.json()) as { generation_id: string };
      expect(await world.test.query("select from genbff.generations")).toHaveLength(1);
      // The first process may have begun before it died; how that ends is told above.
      const end = await endOf(world, simulator, id);
      expectEnd(end, vendor, moment === undefined && end.status === "failed" ? "lost" : "complete");
      if (vendor === "tripo") expect(end.status).toBe("complete");
    } finally {
      await world.close();
    }
  });
});

describe("C17: a cancellation whose worker died before it saw it", () => {
  it.concurrent.each<{ vendor: Vendor; at: string; when: Moment["when"]; expected: Expected }>([
    { vendor: "openai", at: "genbff_take", when: "before", expected: "cancelled" },
    { vendor: "openai", at: "genbff_take", when: "after", expected: "cancelled" },
    { vendor: "openai", at: "genbff_intent", when: "before", expected: "cancelled" },
    { vendor: "openai", at: "provider.submit", when: "after", expected: "lost" },
    { vendor: "openai", at: "genbff_finish", when: "before", expected: "complete" },
    { vendor: "tripo", at: "genbff_take", when: "after", expected: "cancelled" },
    { vendor: "tripo", at: "genbff_intent", when: "before", expected: "cancelled" },
    // It cannot cancel: what it has taken runs to its end and is paid as delivered.
    { vendor: "tripo", at: "provider.submit", when: "after", expected: "complete" },
    { vendor: "tripo", at: "provider.check", when: "before", expected: "complete" },
    { vendor: "tripo", at: "genbff_finish", when: "before", expected: "complete" },
  ])("of $vendor, $when $at, ends $expected", async ({ vendor, at, when, expected }) => {
    expectEnd(await killAndRecover(vendor, { at, when }, true), vendor, expected);
  });
});

describe.each(bothVendors)("C22: %s is asked to stop at each step", (vendor) => {
  const moments = Object.keys(points[vendor]).flatMap((at) => [
    { at, when: "before" as const },
    ...(at === "storage.put" ? [{ at, when: "during" as const }] : []),
  ]);
  it.concurrent.each(moments)("$when $at: another goes on, and nothing is lost", async (moment) => {
    const world = await makeWorld(simulator);
    try {
      const id = await ask(world, vendor);
      let stopped: Promise<void> | undefined;
      const life: Life = {
        ...mortalLife(),
        async strike() {
          stopped = first.bff.stop(30_000);
        },
      };
      const first = world.spawn(moment, life);
      await first.bff.start();
      await until(() => stopped !== undefined, `${moment.at} was never called`);
      await stopped;
      const held = "select from genbff.generations where lease_expires_at is not null";
      expect(await world.test.query(held)).toEqual([]);
      await world.spawn().bff.start();
      expectEnd(await endOf(world, simulator, id), vendor, "complete");
    } finally {
      await world.close();
    }
  });
});
