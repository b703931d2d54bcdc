import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

const v1 = "/replicate/v1";
const flux = `${v1}/models/black-forest-labs/flux-schnell/predictions`;
const kontext = `${v1}/models/black-forest-labs/flux-kontext-pro/predictions`;
const input = { prompt: "a cat", megapixels: "0.25" };
let simulator: Simulator;
let buyer: Buyer;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 1 });
  buyer = createBuyer(simulator, "r8_test");
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

async function post(path: string, body: unknown): Promise<{ status: number; body: Json; headers: Headers }> {
  const response = await buyer.post(path, body);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

describe("a request", () => {
  it("is refused with all that is wrong with its input, and costs nothing", async () => {
    const { status, body } = await post(flux, {
      input: {
        aspect_ratio: "7:5",
        num_outputs: 5,
        num_inference_steps: "4",
        go_fast: "yes",
        output_quality: -1,
        style: "bold",
      },
    });
    expect([status, body.title, body.status]).toEqual([422, "Input validation failed", 422]);
    expect(body.detail.trim().split("\n")).toEqual([
      "- input: prompt is required",
      expect.stringContaining("- input.aspect_ratio: aspect_ratio must be one of the following:"),
      "- input.num_outputs: Must be less than or equal to 4",
      "- input.num_inference_steps: Invalid type. Expected: integer, given: string",
      "- input.output_quality: Must be greater than or equal to 0",
      "- input.go_fast: Invalid type. Expected: boolean, given: string",
      "- input: Additional property style is not allowed",
    ]);
    expect(simulator.purchases()).toEqual([]);
  });

  it.each([
    [{ input, priority: "high" }, "Additional property priority is not allowed"],
    [{ input, version: "x" }, "Additional property version is not allowed"],
    [{}, "input is required"],
    [{ input: [] }, "Expected: object"],
    [{ input, webhook: "http://example.com/hook" }, "HTTPS"],
    [{ input, webhook_events_filter: ["done"] }, "webhook_events_filter"],
    [{ input, webhook_events_filter: "completed" }, "webhook_events_filter"],
  ])("is refused: %j", async (sent, text) => {
    const { status, body } = await post(flux, sent);
    expect(status).toBe(422);
    expect(body.detail).toContain(text);
  });

  it("needs a version where no path names a model", async () => {
    expect((await post(`${v1}/predictions`, { input })).body.detail).toContain("version is required");
    expect((await post(`${v1}/predictions`, { input, version: "0".repeat(64) })).status).toBe(422);
    expect((await post(`${v1}/deployments/genbff/none/predictions`, { input })).status).toBe(404);
    expect((await post(`${v1}/models/nobody/none/predictions`, { input })).body).toEqual({
      detail: expect.any(String),
    });
    expect((await post(flux, "{")).status).toBe(400);
  });

  it.each([
    [{ kind: "quota" }, 402, { title: "Insufficient credit" }],
    [{ kind: "unauthorized" }, 401, { title: "Unauthenticated" }],
    [{ kind: "server_error", status: 502 }, 502, { detail: expect.any(String) }],
    [
      { kind: "rate_limited", seconds: 12 },
      429,
      { detail: "Request was throttled. Your rate limit resets in ~12s." },
    ],
  ] as const)("is refused by %j", async (rule, status, body) => {
    simulator.setFaults([rule]);
    const answer = await post(flux, { input });
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers.get("retry-after")).toBeNull();
  });

  it("is told its wait in a header only where that is asked for", async () => {
    simulator.setFaults([{ kind: "rate_limited", retryAfter: 7 }]);
    const { headers, body } = await post(flux, { input });
    expect([headers.get("retry-after"), body.detail]).toEqual(["7", expect.stringContaining("~7s")]);
  });

  it("gets nonsense without an id, of wrong types, or with an error inside a 200", async () => {
    for (const variant of ["missing_id", "wrong_types", "refusal_in_200"]) {
      simulator.setFaults([{ kind: "nonsense", variant }]);
      const { status, body } = await post(flux, { input });
      expect([status, typeof body.id === "string"]).toEqual([200, false]);
    }
  });
});

describe("a file", () => {
  it("is kept with its metadata, used as an input, and deleted", async () => {
    const form = new FormData();
    form.append(
      "content",
      new Blob([new Uint8Array(await photo(96, 64))], { type: "image/png" }),
      "photo.png",
    );
    form.append("metadata", new Blob([JSON.stringify({ order: 7 })], { type: "application/json" }));
    const headers = { authorization: "Bearer r8_test" };
    const sent = await fetch(`${simulator.url}${v1}/files`, { method: "POST", headers, body: form });
    const file = (await sent.json()) as Json;
    expect(sent.status).toBe(201);
    expect(file).toMatchObject({ name: "photo.png", content_type: "image/png", metadata: { order: 7 } });
    expect(Date.parse(file.expires_at) - Date.parse(file.created_at)).toBe(86_400_000);
    expect(await (await fetch(file.urls.get, { headers })).json()).toEqual(file);

    const made = await post(kontext, { input: { prompt: "in ink", input_image: file.urls.get } });
    const read = async () => (await (await buyer.get(`${v1}/predictions/${made.body.id}`)).json()) as Json;
    await expect.poll(async () => (await read()).status).toBe("succeeded");
    const picture = await fetch((await read()).output);
    expect(picture.headers.get("content-type")).toBe("image/png");

    const stranger = createBuyer(simulator, "r8_other");
    expect((await stranger.get(`${v1}/files/${file.id}`)).status).toBe(404);
    expect((await fetch(file.urls.get, { method: "DELETE", headers })).status).toBe(204);
    expect((await fetch(file.urls.get, { headers })).status).toBe(404);
  });

  it("is refused without content, or with metadata that are no JSON", async () => {
    expect((await buyer.form(`${v1}/files`, [["file", await photo(64, 64)]])).status).toBe(422);
    const entries = [["content", new Uint8Array(4)] as const, ["metadata", "order 7"] as const];
    expect((await buyer.form(`${v1}/files`, entries)).status).toBe(422);
  });
});

describe("the books", () => {
  it("bill by output, and know the same order sent twice", async () => {
    const own = await startSimulator({ jobMs: 1 });
    const customer = createBuyer(own);
    const reference = { "x-request-id": "order-1" };
    for (let turn = 0; turn < 2; turn++) {
      await customer.post(flux, { input: { ...input, num_outputs: 3 } }, reference);
    }
    expect(own.purchases()).toMatchObject([
      {
        operation: "black-forest-labs/flux-schnell",
        client_reference: "order-1",
        outputs: 3,
        usd: expect.closeTo(0.009, 6),
      },
      { outputs: 3 },
    ]);
    expect(own.traffic().map(({ duplicate }) => duplicate)).toEqual([false, true]);
    expect(own.invoice().find(({ vendor }) => vendor === "replicate")).toMatchObject({
      unit: "usd",
      amount: 0.018,
    });
    own.setFaults([{ kind: "accepted_twice" }]);
    await customer.post(flux, { input });
    expect(own.purchases()).toHaveLength(4);
    await own.close();
  });

  it("outlive a restart, with predictions and their files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-"));
    const options = { statePath: join(folder, "state.json"), jobMs: 1 };
    const before = await startSimulator(options);
    const dataUri = `data:image/png;base64,${(await photo(96, 64)).toString("base64")}`;
    const order = { input: { prompt: "in ink", input_image: dataUri } };
    const { id } = (await (await createBuyer(before).post(kontext, order)).json()) as Json;
    await before.close();
    const after = await startSimulator(options);
    const done = (await (await createBuyer(after).get(`${v1}/predictions/${id}`)).json()) as Json;
    expect(done.output.startsWith(after.url)).toBe(true);
    expect((await fetch(done.output)).status).toBe(200);
    expect(after.purchases().map(({ purchase_id }) => purchase_id)).toEqual([id]);
    await after.close();
    rmSync(folder, { recursive: true });
  });
});
