import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { FaultRule } from "../../faults/rule.ts";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json } from "../../testing/buyer.ts";
import { type Clock, stopClock } from "../../testing/clock.ts";
import { openReceiver, type Received, type Receiver } from "../../testing/receiver.ts";

const flux = "/replicate/v1/models/black-forest-labs/flux-schnell/predictions";
const all = ["start", "output", "logs", "completed"];
let receiver: Receiver;
let simulator: Simulator;
let buyer: Buyer;
beforeAll(async () => {
  receiver = await openReceiver();
  simulator = await startSimulator({ jobMs: 20 });
  buyer = createBuyer(simulator, "r8_test");
});
beforeEach(() => receiver.reset());
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await simulator.close();
  receiver.close();
});

async function create(
  events: readonly string[] | undefined,
  rule?: FaultRule,
  more: object = {},
): Promise<Json> {
  simulator.setFaults(rule ? [rule] : []);
  const filter = events ? { webhook_events_filter: events } : {};
  const input = { prompt: "a cat", megapixels: "0.25", ...more };
  const response = await buyer.post(flux, { input, webhook: receiver.url, ...filter });
  return response.json();
}
async function arrived(count: number): Promise<readonly Received[]> {
  await expect.poll(() => receiver.all().length).toBe(count);
  return receiver.all();
}
/** A story in a simulator of its own, whose jobs take a tenth of a second by a clock that the story moves. */
async function atRest(story: (clock: Clock) => Promise<void>): Promise<void> {
  const [clock, live] = [stopClock(), { simulator, buyer }];
  simulator = await startSimulator({ jobMs: 100 });
  buyer = createBuyer(simulator, "r8_test");
  try {
    await story(clock);
  } finally {
    await simulator.close();
    ({ simulator, buyer } = live);
    vi.useRealTimers();
  }
}
const statuses = () => receiver.all().map(({ body }) => body.status);
/** Numbers of the signatures that are right. */
async function rightOnes({ headers, text }: Received): Promise<number[]> {
  const { key } = (await (await buyer.get("/replicate/v1/webhooks/default/secret")).json()) as Json;
  expect(key).toMatch(/^whsec_/);
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`;
  const secret = Buffer.from(key.slice("whsec_".length), "base64");
  const expected = `v1,${createHmac("sha256", secret).update(content).digest("base64")}`;
  const signatures = (headers["webhook-signature"] ?? "").split(" ");
  return signatures.flatMap((one, index) => (one === expected ? [index] : []));
}

describe("a webhook", () => {
  it("is the whole prediction, signed by the account's secret", async () => {
    const { id } = await create(["completed"]);
    const [one] = (await arrived(1)) as [Received];
    expect(one.body).toMatchObject({ id, status: "succeeded", output: [expect.stringContaining(id)] });
    expect(await rightOnes(one)).toEqual([0]);
    expect(Math.abs(Number(one.headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
  });

  it("comes for each event that was asked for, by default for outputs and the end", async () => {
    await create(all);
    await arrived(4);
    expect(statuses().sort()).toEqual(["processing", "processing", "succeeded", "succeeded"]);
    expect(new Set(receiver.all().map(({ headers }) => headers["webhook-id"])).size).toBe(4);
    receiver.reset();
    await create(undefined);
    await arrived(2);
    expect(statuses()).toEqual(["succeeded", "succeeded"]);
  });

  it("comes for outputs that are there, and for no others", async () => {
    await create(["output", "completed"], { kind: "moderated" });
    const [one] = (await arrived(1)) as [Received];
    expect(one.body).toMatchObject({
      status: "failed",
      output: null,
      error: expect.stringContaining("NSFW"),
    });
  });

  it("comes again with the same id where it is the last word, and once where it is not", async () => {
    receiver.reset(500, 500);
    await create(["start", "completed"]);
    await arrived(3);
    const [start, ...others] = [...receiver.all()].sort((a, b) => (a.body.status < b.body.status ? -1 : 1));
    expect([start?.body.status, ...others.map(({ body }) => body.status)]).toEqual([
      "processing",
      "succeeded",
      "succeeded",
    ]);
    expect(others[0]?.headers["webhook-id"]).toBe(others[1]?.headers["webhook-id"]);
  });

  it("tells that a prediction was cancelled, and not once more when it would have ended", async () => {
    await atRest(async (clock) => {
      const { urls } = await create(["completed"]);
      await fetch(urls.cancel, { method: "POST", headers: { authorization: "Bearer r8_test" } });
      await arrived(1);
      await create(["completed"]);
      clock.forward(100);
      await arrived(2);
      expect(statuses()).toEqual(["canceled", "succeeded"]);
    });
  });

  it("has two signatures while secrets are rotated, and the second is right", async () => {
    await create(["completed"], { kind: "odd_webhook", variant: "rotated" });
    const [one] = (await arrived(1)) as [Received];
    expect(one.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    expect(await rightOnes(one)).toEqual([1]);
  });

  it("tells the start after the end, of the prediction as it was then", async () => {
    await atRest(async (clock) => {
      await create(["start", "completed"], { kind: "odd_webhook", variant: "out_of_order" });
      clock.forward(100);
      await arrived(1);
      clock.forward(500);
      await arrived(2);
    });
    expect(statuses()).toEqual(["succeeded", "processing"]);
    expect(receiver.all()[1]?.body).toMatchObject({ output: null, completed_at: null });
  });

  it("comes before its submit is answered, twice, forged, stale, or about another prediction", async () => {
    const { id } = await create(["completed"], { kind: "odd_webhook", variant: "early" });
    expect(receiver.all().map(({ body }) => [body.id, body.status])).toEqual([[id, "succeeded"]]);

    receiver.reset();
    await create(["completed"], { kind: "odd_webhook", variant: "twice" });
    const [one, two] = await arrived(2);
    expect(one?.headers["webhook-id"]).toBe(two?.headers["webhook-id"]);

    receiver.reset();
    await create(["completed"], { kind: "odd_webhook", variant: "forged" });
    expect(await rightOnes(((await arrived(1)) as [Received])[0])).toEqual([]);

    receiver.reset();
    await create(["completed"], { kind: "odd_webhook", variant: "stale" });
    const [stale] = (await arrived(1)) as [Received];
    expect(await rightOnes(stale)).toEqual([0]);
    expect(Number(stale.headers["webhook-timestamp"])).toBeLessThan(Date.now() / 1000 - 500);

    receiver.reset();
    const mine = await create(["completed"], { kind: "odd_webhook", variant: "foreign" });
    const [foreign] = (await arrived(1)) as [Received];
    expect(await rightOnes(foreign)).toEqual([0]);
    expect(foreign.text).not.toContain(mine.id);
  });

  it("never comes", async () => {
    await create(["completed"], { kind: "odd_webhook", variant: "absent" });
    const { id } = await create(["completed"]);
    expect((await arrived(1))[0]?.body.id).toBe(id);
  });
});
