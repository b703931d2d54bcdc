import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { FaultRule } from "../../faults/rule.ts";
import { type Simulator, startSimulator } from "../../simulator.ts";
import type { Json } from "../../testing/buyer.ts";
import { type Clock, stopClock } from "../../testing/clock.ts";

const jobMs = 10_000;
const flux = "fal-ai/flux/dev";
const small = { prompt: "a brass lamp", image_size: { width: 128, height: 96 }, seed: 7 };
let clock: Clock;
let simulator: Simulator;
beforeAll(async () => {
  clock = stopClock();
  simulator = await startSimulator({ jobMs, canary: "zebra" });
});
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await simulator.close();
  vi.useRealTimers();
});

interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}
async function ask(method: string, address: string, body?: unknown, headers: object = {}): Promise<Answer> {
  const response = await fetch(address.startsWith("/") ? `${simulator.url}/fal${address}` : address, {
    method,
    headers: { authorization: "Key id:secret", "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const order = (input: object = small, endpoint = flux, headers: object = {}) =>
  ask("POST", `/queue/${endpoint}`, input, headers);
const submit = async (input?: object, endpoint?: string) => (await order(input, endpoint)).body;
const get = (address: string, headers: object = {}) => ask("GET", address, undefined, headers);
const cancel = (address: string) => ask("PUT", address);
const fault = (...rules: FaultRule[]) => simulator.setFaults(rules);
const lastPurchase = () => simulator.purchases().at(-1);
/** A request with that fate, looked at after its end. */
async function fateOf(rule: FaultRule, input: object = small): Promise<{ status: Json; result: Answer }> {
  fault(rule);
  const made = await submit(input);
  clock.forward(jobMs);
  return { status: (await get(made.status_url)).body, result: await get(made.response_url) };
}

describe("the queue", () => {
  it("takes an order, and says where its request is to be asked for", async () => {
    const { status, body } = await order();
    expect(status).toBe(200);
    const address = `${simulator.url}/fal/queue/fal-ai/flux/requests/${body.request_id}`;
    expect(body).toEqual({
      status: "IN_QUEUE",
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      response_url: address,
      status_url: `${address}/status`,
      cancel_url: `${address}/cancel`,
      queue_position: 3,
    });
  });

  it("knows the subpath of the submit in no other address", async () => {
    const { request_id } = await submit();
    for (const part of ["", "/status", "/status/stream"]) {
      expect((await get(`/queue/${flux}/requests/${request_id}${part}`)).status).toBe(404);
    }
    expect((await get(`/queue/fal-ai/other/requests/${request_id}/status`)).status).toBe(404);
    expect((await get(`/queue/fal-ai/flux/requests/${request_id}/status`)).status).toBe(200);
  });

  it("goes from the queue through work to its end, with logs for those who want them", async () => {
    const { status_url, response_url } = await submit();
    const positions: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      positions.push((await get(status_url)).body.queue_position);
      clock.forward(jobMs * 0.05);
    }
    expect(positions).toEqual([3, 2, 1]);
    expect((await get(status_url)).body).toEqual({ status: "IN_PROGRESS" });
    expect((await get(`${status_url}?logs=1`)).body.logs).toEqual([
      { message: "Starting the model (zebra)", level: "INFO", source: "USER", timestamp: expect.any(String) },
    ]);
    expect(await get(response_url)).toMatchObject({ status: 400, body: { detail: expect.any(String) } });
    clock.forward(jobMs);
    expect((await get(status_url)).body).toEqual({ status: "COMPLETED", metrics: { inference_time: 8.5 } });
  });

  it("delivers pictures in the size and format that was ordered", async () => {
    const { response_url, request_id } = await submit({ ...small, num_images: 2, output_format: "png" });
    clock.forward(jobMs);
    const { status, body, headers } = await get(response_url);
    expect([status, headers.get("x-fal-request-id")]).toEqual([200, request_id]);
    expect(body).toMatchObject({ seed: 7, prompt: "a brass lamp", has_nsfw_concepts: [false, false] });
    expect(body.images[1]).toMatchObject({ width: 128, height: 96, content_type: "image/png" });
    expect(body.images[0].url).toContain("/fal/media/files/zebra/");
    const files = await Promise.all(body.images.map(async ({ url }: Json) => (await fetch(url)).bytes()));
    expect(await sharp(files[0]).metadata()).toMatchObject({ format: "png", width: 128, height: 96 });
    expect(Buffer.from(files[0]).equals(Buffer.from(files[1]))).toBe(false);
  });

  it("streams the status until the end", async () => {
    const { status_url } = await submit();
    clock.forward(jobMs * 0.5);
    const response = await fetch(`${status_url}/stream?logs=1`, { headers: { authorization: "Key a" } });
    expect(response.status).toBe(404);
    const own = await fetch(`${status_url}/stream?logs=1`, { headers: { authorization: "Key id:secret" } });
    const reader = own.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(first.slice("data: ".length))).toMatchObject({ status: "IN_PROGRESS" });
    clock.forward(jobMs);
    const second = new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(second.slice("data: ".length))).toMatchObject({ status: "COMPLETED" });
    expect((await reader?.read())?.done).toBe(true);
  });

  it("cancels what waits, and what runs, and nothing else", async () => {
    const waiting = await submit();
    expect(await cancel(waiting.cancel_url)).toMatchObject({ status: 200, body: { status: "OK" } });
    expect(lastPurchase()).toMatchObject({ purchase_id: waiting.request_id, refunded: true });
    const running = await submit();
    clock.forward(jobMs / 2);
    const asked = await cancel(running.cancel_url);
    expect([asked.status, asked.body]).toEqual([202, { status: "CANCELLATION_REQUESTED" }]);
    expect((await get(running.status_url)).body).toMatchObject({
      status: "COMPLETED",
      error_type: "client_cancelled",
    });
    expect((await get(running.response_url)).status).toBe(499);
    const late = await cancel(running.cancel_url);
    expect([late.status, late.body]).toEqual([400, { status: "ALREADY_COMPLETED" }]);
    const nobody = await cancel(`/queue/fal-ai/flux/requests/${crypto.randomUUID()}/cancel`);
    expect([nobody.status, nobody.body]).toEqual([404, { status: "NOT_FOUND" }]);
  });

  it("may finish and bill what was cancelled while it ran", async () => {
    fault({ kind: "cancel_ignored" });
    const { cancel_url, response_url } = await submit();
    clock.forward(jobMs / 2);
    expect((await cancel(cancel_url)).status).toBe(202);
    expect((await get(response_url)).status).toBe(400);
    clock.forward(jobMs);
    expect((await get(response_url)).status).toBe(200);
    expect(lastPurchase()?.refunded).toBe(false);
  });

  it("says of no request that goes on that it was taken out of the queue", async () => {
    fault({ kind: "cancel_ignored" });
    const { cancel_url } = await submit();
    expect(await cancel(cancel_url)).toMatchObject({
      status: 202,
      body: { status: "CANCELLATION_REQUESTED" },
    });
  });

  it("gives up on a request that may not wait for so long", async () => {
    const { body } = await order(small, flux, { "x-fal-request-timeout": "1.2" });
    expect((await get(body.status_url)).body.status).toBe("IN_QUEUE");
    clock.forward(1200);
    const { status, headers, body: told } = await get(body.response_url);
    expect([status, headers.get("x-fal-request-timeout-type")]).toEqual([504, "user"]);
    expect(told.error_type).toBe("request_timeout");
    expect((await order(small, flux, { "x-fal-request-timeout": "1" })).status).toBe(400);
  });

  it("knows two priorities", async () => {
    expect((await order(small, flux, { "x-fal-queue-priority": "low" })).status).toBe(200);
    expect((await order(small, flux, { "x-fal-queue-priority": "high" })).status).toBe(400);
  });

  it("shows a request to the key that made it only", async () => {
    const { status_url } = await submit();
    expect((await get(status_url, { authorization: "Key other" })).status).toBe(404);
    for (const authorization of ["Bearer id:secret", "Key ", ""]) {
      const { status, body } = await get(status_url, { authorization });
      expect([status, typeof body.detail]).toEqual([401, "string"]);
    }
  });
});

describe("media", () => {
  it("are kept for a week, or for as long as the order says", async () => {
    const week = await submit();
    const lifecycle = { "x-fal-object-lifecycle-preference": '{"expiration_duration_seconds":3600}' };
    const hour = (await order(small, flux, lifecycle)).body;
    clock.forward(jobMs);
    const link = async ({ response_url }: Json) => (await get(response_url)).body.images[0].url;
    const [long, short] = [await link(week), await link(hour)];
    expect((await fetch(short)).status).toBe(200);
    clock.forward(3_600_001);
    expect([(await fetch(short)).status, (await fetch(long)).status]).toEqual([404, 200]);
    clock.forward(7 * 86_400_000);
    expect((await fetch(long)).status).toBe(404);
    const broken = await order(small, flux, { "x-fal-object-lifecycle-preference": "soon" });
    expect(broken.status).toBe(400);
  });

  it("come inside the answer where that is wanted", async () => {
    const { body } = await ask("POST", `/run/${flux}`, { ...small, sync_mode: true });
    const [head, base64] = body.images[0].url.split(",");
    expect(head).toBe("data:image/jpeg;base64");
    expect((await sharp(Buffer.from(base64, "base64")).metadata()).width).toBe(128);
  });
});

describe("the direct way", () => {
  it("answers at once, and bills the same", async () => {
    const before = simulator.purchases().length;
    const { status, body } = await ask("POST", `/run/${flux}`, small);
    expect([status, body.images.length]).toEqual([200, 1]);
    expect(simulator.purchases()).toHaveLength(before + 1);
    const wrong = await ask("POST", `/run/${flux}`, {});
    expect([wrong.status, wrong.body.detail[0].type]).toEqual([422, "missing"]);
    expect(simulator.purchases()).toHaveLength(before + 1);
  });
});

describe("what becomes of a request", () => {
  it.each(["input", "output", "task"])("is refused for its content as its result: %s", async (stage) => {
    const { status, result } = await fateOf({ kind: "moderated", stage });
    expect(status).toMatchObject({ status: "COMPLETED", error_type: "content_policy_violation" });
    expect(result.status).toBe(422);
    expect(result.body.detail[0]).toMatchObject({
      type: "content_policy_violation",
      loc: ["body", "prompt"],
    });
    expect(lastPurchase()?.refunded).toBe(true);
  });

  it("is a black picture that is called a success", async () => {
    const { result } = await fateOf({ kind: "moderated", stage: "placeholder" });
    expect(result).toMatchObject({ status: 200, body: { has_nsfw_concepts: [true] } });
    const { channels } = await sharp(await (await fetch(result.body.images[0].url)).bytes()).stats();
    expect(channels.map(({ max }) => max)).toEqual([0, 0, 0]);
    expect(lastPurchase()?.refunded).toBe(false);
  });

  it.each([
    [undefined, 500, "internal_server_error"],
    ["no_media_generated", 422, "no_media_generated"],
    ["generation_timeout", 504, "generation_timeout"],
  ])("is a model's failure: %s", async (variant, status, type) => {
    const { result } = await fateOf({ kind: "job_failed", ...(variant ? { variant } : {}) });
    expect([result.status, result.body.detail[0].type]).toEqual([status, type]);
    expect(lastPurchase()?.refunded).toBe(true);
  });

  it.each([
    ["runner_disconnected", 503, "true"],
    ["runner_incomplete_response", 502, "false"],
  ])("is the platform's failure: %s", async (variant, status, retryable) => {
    const { result } = await fateOf({ kind: "job_failed", variant });
    expect(result).toMatchObject({ status, body: { detail: expect.any(String), error_type: variant } });
    expect(result.headers.get("x-fal-error-type")).toBe(variant);
    expect(result.headers.get("x-fal-retryable")).toBe(retryable);
  });

  it("is nothing, a word that nobody knows, or a cancelling of its own", async () => {
    expect((await fateOf({ kind: "no_outputs" })).result.body.images).toEqual([]);
    expect((await fateOf({ kind: "unknown_status", forever: true })).status).toEqual({ status: "pondering" });
    const { result } = await fateOf({ kind: "job_cancelled" });
    expect([result.status, result.body.error_type]).toEqual([499, "client_cancelled"]);
    const { result: late } = await fateOf({ kind: "job_cancelled", variant: "completes" });
    expect(late.status).toBe(200);
  });

  it("is a file that is gone", async () => {
    const { result } = await fateOf({ kind: "link_expired" });
    expect((await fetch(result.body.images[0].url)).status).toBe(404);
  });

  it("fails for good when it is told to while it is watched", async () => {
    const { status_url, response_url } = await submit();
    clock.forward(jobMs / 2);
    fault({ kind: "job_failed", on: "read" });
    expect((await get(status_url)).body.status).toBe("COMPLETED");
    expect((await get(response_url)).status).toBe(500);
    expect(lastPurchase()?.refunded).toBe(true);
  });

  it("goes back to the queue after its end", async () => {
    const { status_url } = await submit();
    expect((await get(status_url)).body.status).toBe("IN_QUEUE");
    fault({ kind: "status_backwards", variant: "complete" });
    clock.forward(jobMs);
    const looks = [await get(status_url), await get(status_url), await get(status_url)];
    expect(looks.map(({ body }) => body.status)).toEqual(["IN_QUEUE", "COMPLETED", "COMPLETED"]);
  });
});

describe("refusals", () => {
  it.each([
    [{ kind: "quota" }, 403, { detail: expect.stringContaining("Exhausted balance") }],
    [{ kind: "unauthorized" }, 401, { detail: expect.any(String) }],
    [{ kind: "rate_limited" }, 429, { detail: expect.any(String) }],
    [{ kind: "server_error", status: 503 }, 503, { error_type: "runner_scheduling_failure" }],
  ] as const)("are %j by %i", async (rule, status, body) => {
    const before = simulator.purchases().length;
    fault(rule);
    expect(await order()).toMatchObject({ status, body });
    expect(simulator.purchases()).toHaveLength(before);
  });

  it("have a Retry-After only where that is asked for", async () => {
    fault({ kind: "rate_limited" }, { kind: "rate_limited", retryAfter: 7 });
    const waits = [await order(), await order()].map(({ headers }) => headers.get("retry-after"));
    expect(waits).toEqual([null, "7"]);
  });

  it("are for an endpoint that is not there, and for what is no JSON", async () => {
    expect((await order(small, "fal-ai/flux/pro")).status).toBe(404);
    expect((await ask("POST", `/queue/${flux}`, "{")).body.error_type).toBe("bad_request");
    expect((await ask("POST", `/queue/${flux}?fal_webhook=nowhere`, small)).status).toBe(400);
  });

  it("nonsense has no id, wrong types, or an error inside a 200", async () => {
    for (const variant of ["missing_id", "wrong_types", "refusal_in_200"]) {
      fault({ kind: "nonsense", variant });
      const { status, body } = await order();
      expect(status).toBe(200);
      expect(typeof body.request_id).not.toBe("string");
    }
  });
});
