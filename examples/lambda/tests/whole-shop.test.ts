import { afterAll, beforeAll, expect, it } from "vitest";
import { expireLeases } from "../../../packages/core/src/testing/generations/expire-leases.ts";
import { readSettings } from "../src/settings.ts";
import { openShop } from "../src/shop.ts";
import { type Cloud, openCloud, webhookSecret } from "./cloud.ts";

// The three functions as they are deployed, bundled, in processes that are frozen after each answer and now and then thrown
// away, with a queue between them that loses and doubles. A minute of the schedule is less than a second here.

/** The same draws at each run; what they fall upon is up to the machine. */
function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const draw = drawer(7);
let cloud: Cloud;
beforeAll(async () => {
  cloud = await openCloud({ discards: () => draw() < 0.12 });
});
afterAll(() => cloud.close());

const pictures = 4;
const models = 3;

/** What the queue's messages suffer, while there is something under way. */
function mischief(): () => void {
  const timer = setInterval(() => {
    const { queue } = cloud.fleet;
    const luck = draw();
    const body = queue.sent[Math.floor(draw() * queue.sent.length)]?.body;
    if (luck < 0.3) queue.lose();
    else if (luck < 0.7 && body !== undefined) queue.put(body);
  }, 100);
  return () => clearInterval(timer);
}

async function registerWebhook(): Promise<void> {
  const { bff } = await openShop(readSettings({ ...cloud.variables, PUBLIC_URL: "https://shop.example" }));
  const { pathname } = new URL(await bff.webhookUrl("tripo"));
  await bff.stop();
  const url = new URL(pathname, cloud.fleet.baseUrl).href;
  cloud.simulator.setWebhook("tripo", { url, secret: webhookSecret });
}

it("every generation is bought once and ends well, whatever becomes of messages and processes", async () => {
  await registerWebhook();
  cloud.fleet.start();
  const wishes = [
    ...Array.from({ length: pictures }, () => "text-to-image"),
    ...Array.from({ length: models }, () => "text-to-model"),
  ];
  const stop = mischief();
  try {
    const started = await Promise.all(
      wishes.map(async (operation, index) => {
        const user = `user${index % 3}`;
        const wish = { task_id: crypto.randomUUID(), prompt: `a lamp, number ${index}` };
        const { status, json } = await cloud.ask(user, `/generate/${operation}`, wish);
        expect(status).toBe(202);
        return { user, id: String(json.generation_id) };
      }),
    );
    const ends = await Promise.all(started.map(({ user, id }) => endOf(user, id)));
    expect(ends.map(({ status }) => status)).toEqual(wishes.map(() => "complete"));
  } finally {
    stop();
  }
  const bought = cloud.simulator.purchases().map(({ operation }) => operation);
  expect(bought).toHaveLength(pictures + models);
  // The mischief was no mere threat.
  expect(cloud.fleet.queue.sent.length).toBeGreaterThan(pictures + models);
});

async function endOf(user: string, id: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { json } = await cloud.ask(user, `/tasks/${id}/status`);
    if (json.completed_at !== null) return json;
    await new Promise((resolve) => setTimeout(resolve, 800));
  }
}

it("the books are right, and no promise is broken", async () => {
  expect(await cloud.test.database.call("genbff_violations", {})).toEqual([]);
});

it("the vendor's webhooks came in by events of the request's function, and were taken", async () => {
  const taken = () =>
    cloud.simulator.traffic().filter(({ outgoing, status }) => outgoing && status >= 200 && status < 300);
  await expect.poll(() => taken().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(models);
});

it("no function but the queue's worker asked a vendor, or went beyond its budget, or was ended by Lambda", () => {
  const { http, schedule, worker } = cloud.fleet;
  expect(cloud.strayCalls).toEqual([]);
  for (const { invocations } of [http, schedule]) {
    expect(invocations.length).toBeGreaterThan(0);
    expect(invocations.filter(({ ms }) => ms > 25_000)).toEqual([]);
  }
  const how = [http, schedule, worker].flatMap(({ invocations }) => invocations.map((one) => one.how));
  expect(new Set(how)).toEqual(new Set(["answered"]));
});

it("processes were frozen, used again, thrown away and replaced", () => {
  const { http, schedule, worker } = cloud.fleet;
  const all = [http, schedule, worker];
  const invocations = all.flatMap((each) => each.invocations);
  const cold = invocations.filter((one) => one.cold).length;
  const discarded = all.reduce((sum, each) => sum + each.discarded, 0);
  expect(discarded).toBeGreaterThan(0);
  expect(cold).toBeGreaterThan(all.length);
  expect(invocations.length).toBeGreaterThan(cold);
});

it("a worker whose host dies in the middle of a purchase is followed by another, which finds what was bought", async () => {
  const { fleet, simulator, test } = cloud;
  const before = simulator.purchases().length;
  const wish = { task_id: crypto.randomUUID(), prompt: "a lamp, and a storm" };
  const { json } = await cloud.ask("user0", "/generate/text-to-model", wish);
  const id = String(json.generation_id);
  await expect.poll(() => simulator.purchases().length, { timeout: 30_000, interval: 10 }).toBe(before + 1);
  await fleet.worker.kill();
  // The dead one's time is up; the schedule finds it, and nobody else was told.
  await expireLeases(test, id);
  expect(await endOf("user0", id)).toMatchObject({ status: "complete" });
  expect(simulator.purchases()).toHaveLength(before + 1);
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
});
