import { createHash, createPublicKey, verify } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { FaultRule } from "../../faults/rule.ts";
import { type Simulator, startSimulator } from "../../simulator.ts";
import type { Json } from "../../testing/buyer.ts";
import { stopClock } from "../../testing/clock.ts";
import { openReceiver, type Received, type Receiver } from "../../testing/receiver.ts";

const input = { prompt: "a cat", image_size: { width: 64, height: 64 } };
let receiver: Receiver;
let simulator: Simulator;
beforeAll(async () => {
  receiver = await openReceiver();
  simulator = await startSimulator({ jobMs: 20 });
});
beforeEach(() => receiver.reset());
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await simulator.close();
  receiver.close();
});

async function submit(rule?: FaultRule, sent: object = input): Promise<Json> {
  simulator.setFaults(rule ? [rule] : []);
  const query = new URLSearchParams({ fal_webhook: `${receiver.url}?task=1` });
  const response = await fetch(`${simulator.url}/fal/queue/fal-ai/flux/dev?${query}`, {
    method: "POST",
    headers: { authorization: "Key id:secret", "content-type": "application/json" },
    body: JSON.stringify(sent),
  });
  return response.json();
}
async function arrived(count: number): Promise<readonly Received[]> {
  await expect.poll(() => receiver.all().length).toBe(count);
  return receiver.all();
}
async function listedKeys(): Promise<Json[]> {
  const response = await fetch(`${simulator.url}/fal/rest/.well-known/jwks.json`);
  return ((await response.json()) as Json).keys;
}
/** Numbers of the listed keys that a delivery is signed by. */
async function signersOf({ headers, text }: Received): Promise<number[]> {
  const message = [
    headers["x-fal-webhook-request-id"],
    headers["x-fal-webhook-user-id"],
    headers["x-fal-webhook-timestamp"],
    createHash("sha256").update(text).digest("hex"),
  ].join("\n");
  const signature = Buffer.from(headers["x-fal-webhook-signature"] ?? "", "hex");
  return (await listedKeys()).flatMap((key, index) =>
    verify(null, Buffer.from(message), createPublicKey({ key, format: "jwk" }), signature) ? [index] : [],
  );
}

describe("a webhook", () => {
  it("tells the result, signed by the second key of the list", async () => {
    const { request_id } = await submit();
    const [one] = (await arrived(1)) as [Received];
    expect(one.body).toEqual({
      request_id,
      gateway_request_id: request_id,
      status: "OK",
      payload: expect.objectContaining({ images: [expect.objectContaining({ width: 64 })], prompt: "a cat" }),
    });
    expect(one.headers["x-fal-webhook-request-id"]).toBe(request_id);
    expect(one.headers["x-fal-webhook-signature"]).toMatch(/^[0-9a-f]{128}$/);
    expect(await listedKeys()).toEqual([
      { kty: "OKP", crv: "Ed25519", x: expect.any(String) },
      { kty: "OKP", crv: "Ed25519", x: expect.any(String) },
    ]);
    expect(await signersOf(one)).toEqual([1]);
  });

  it("tells a failure with the error's own body", async () => {
    await submit({ kind: "moderated" });
    await submit(undefined, { ...input, num_images: 9 });
    const bodies = (await arrived(2)).map(({ body }) => body);
    const types = bodies.map(({ payload }) => payload.detail[0].type).sort();
    expect(bodies.map(({ status }) => status)).toEqual(["ERROR", "ERROR"]);
    expect(types).toEqual(["content_policy_violation", "less_than_equal"]);
  });

  it("may have no payload, and another id of the gateway", async () => {
    await submit({ kind: "odd_webhook", variant: "payload_error" });
    const [one] = await arrived(1);
    expect(one?.body).toMatchObject({ status: "OK", payload: null, payload_error: expect.any(String) });
    const { request_id } = await submit({ kind: "odd_webhook", variant: "retried" });
    const [, two] = await arrived(2);
    expect(two?.body.request_id).toBe(request_id);
    expect(two?.body.gateway_request_id).not.toBe(request_id);
  });

  it("comes again until it is answered by 2xx", async () => {
    receiver.reset(500);
    const { request_id } = await submit();
    const both = await arrived(2);
    expect(both.map(({ body }) => body.request_id)).toEqual([request_id, request_id]);
  });

  it("comes before its submit is answered, or twice", async () => {
    const { request_id } = await submit({ kind: "odd_webhook", variant: "early" });
    expect(receiver.all().map(({ body }) => body.request_id)).toEqual([request_id]);
    await submit({ kind: "odd_webhook", variant: "twice" });
    const [, two, three] = await arrived(3);
    expect(two?.text).toBe(three?.text);
  });

  it("is forged, stale, about another request, or signed by a key that is new", async () => {
    await submit({ kind: "odd_webhook", variant: "forged" });
    const [forged] = (await arrived(1)) as [Received];
    expect(await signersOf(forged)).toEqual([]);

    receiver.reset();
    await submit({ kind: "odd_webhook", variant: "stale" });
    const [stale] = (await arrived(1)) as [Received];
    expect(await signersOf(stale)).toEqual([1]);
    expect(Number(stale.headers["x-fal-webhook-timestamp"])).toBeLessThan(Date.now() / 1000 - 500);

    receiver.reset();
    const { request_id } = await submit({ kind: "odd_webhook", variant: "foreign" });
    const [foreign] = (await arrived(1)) as [Received];
    expect(await signersOf(foreign)).toEqual([1]);
    expect(foreign.text).not.toContain(request_id);

    receiver.reset();
    await submit({ kind: "odd_webhook", variant: "rotated" });
    const [rotated] = (await arrived(1)) as [Received];
    expect(await signersOf(rotated)).toEqual([2]);
  });

  it("does not come for what was cancelled, or where that is the fault", async () => {
    await submit({ kind: "odd_webhook", variant: "absent" });
    const clock = stopClock();
    const live = simulator;
    simulator = await startSimulator({ jobMs: 100 });
    try {
      const { cancel_url } = await submit();
      const headers = { authorization: "Key id:secret" };
      expect((await fetch(cancel_url, { method: "PUT", headers })).status).toBe(200);
      const { request_id } = await submit();
      clock.forward(100);
      expect((await arrived(1))[0]?.body.request_id).toBe(request_id);
    } finally {
      await simulator.close();
      simulator = live;
      vi.useRealTimers();
    }
  });
});
