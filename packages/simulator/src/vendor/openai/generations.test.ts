import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json } from "../../testing/buyer.ts";

const path = "/openai/v1/images/generations";
const model = "gpt-image-2.5-flare";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ canary: "zebra" });
  buyer = createBuyer(simulator);
});
afterAll(() => simulator.close());

async function generate(body: Record<string, unknown>): Promise<Json> {
  const response = await buyer.post(path, { model, prompt: "misty hills", ...body });
  expect(response.status).toBe(200);
  return response.json();
}

describe("POST /v1/images/generations", () => {
  it("answers a PNG of 1024x1024 with the vendor's facts, usage and headers", async () => {
    const response = await buyer.post(path, { model, prompt: "misty hills", safety_identifier: "user-7" });
    const body = (await response.json()) as Json;
    expect(response.headers.get("x-request-id")).toMatch(/^req_zebra_/);
    expect(response.headers.get("x-ratelimit-remaining-requests")).toBe("499");
    expect(body).toMatchObject({
      size: "1024x1024",
      quality: "medium",
      background: "opaque",
      output_format: "png",
      safety_identifier: "user-7",
      usage: { input_tokens: 3, output_tokens: 1056, total_tokens: 1059 },
    });
    const picture = await sharp(Buffer.from(body.data[0].b64_json, "base64")).stats();
    expect(picture.entropy).toBeGreaterThan(4);
    expect(simulator.purchases().at(-1)).toMatchObject({
      vendor: "openai",
      operation: "images/generations",
      client_reference: "user-7",
      outputs: 1,
      usd: 0.031695,
    });
  });

  it("paints n different pictures in the size and format asked for", async () => {
    const body = await generate({ n: 2, size: "1536x1024", output_format: "webp", quality: "low" });
    const files = body.data.map(({ b64_json }: Json) => Buffer.from(b64_json, "base64"));
    for (const file of files) {
      expect(await sharp(file).metadata()).toMatchObject({ format: "webp", width: 1536, height: 1024 });
    }
    expect(files[0].equals(files[1])).toBe(false);
  });

  it("honours sizes of the newer models and a transparent background", async () => {
    const body = await generate({ size: "816x832", background: "transparent" });
    const image = sharp(Buffer.from(body.data[0].b64_json, "base64"));
    expect(await image.metadata()).toMatchObject({ format: "png", width: 816, height: 832, hasAlpha: true });
    expect((await image.stats()).channels[3]).toMatchObject({ min: 0, max: 255 });
  });

  it("paints the same picture again for the same prompt, and another one for another seed", async () => {
    const other = await startSimulator({ seed: 2 });
    const elsewhere = await createBuyer(other).post(path, { model, prompt: "misty hills" });
    const [first, second] = [await generate({}), await generate({})];
    const third = (await elsewhere.json()) as Json;
    await other.close();
    expect(first.data[0].b64_json === second.data[0].b64_json).toBe(true);
    expect(first.data[0].b64_json === third.data[0].b64_json).toBe(false);
  });
});

describe("refusals", () => {
  it.each([
    [{ response_format: "b64_json" }, 400, "unknown_parameter", "response_format"],
    [{ seed: 4 }, 400, "unknown_parameter", "seed"],
    [{ prompt: "" }, 400, "missing_required_parameter", "prompt"],
    [{ prompt: "x".repeat(32_001) }, 400, "string_above_max_length", "prompt"],
    [{ prompt: 5 }, 400, "invalid_type", "prompt"],
    [{ n: 0 }, 400, "integer_below_min_value", "n"],
    [{ n: 11 }, 400, "integer_above_max_value", "n"],
    [{ n: "2" }, 400, "invalid_type", "n"],
    [{ size: "1000x1000" }, 400, "invalid_value", "size"],
    [{ size: "512x512" }, 400, "invalid_value", "size"],
    [{ size: "4096x1024" }, 400, "invalid_value", "size"],
    [{ quality: "hd" }, 400, "invalid_value", "quality"],
    [{ quality: "max", model: "gpt-image-2" }, 400, "invalid_value", "quality"],
    [{ output_format: "svg" }, 400, "invalid_value", "output_format"],
    [{ output_format: "jpeg", background: "transparent" }, 400, "invalid_value", "background"],
    [{ output_compression: 50 }, 400, "invalid_value", "output_compression"],
    [{ complexity: "low" }, 400, "invalid_value", "complexity"],
    [{ partial_images: 4 }, 400, "integer_above_max_value", "partial_images"],
    [{ stream: "yes" }, 400, "invalid_type", "stream"],
    [{ model: "dall-e-3" }, 404, "model_not_found", "model"],
    [{ model: "gpt-image-1" }, 404, "model_not_found", "model"],
    [{ model: null }, 404, "model_not_found", "model"],
  ])("answers %j with %i %s", async (wrong, status, code, param) => {
    const before = simulator.purchases().length;
    const response = await buyer.post(path, { model, prompt: "a cat", ...wrong });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error", code, param } });
    expect(simulator.purchases().length).toBe(before);
  });

  it.each(["", "Bearer", "Bearer ", "Basic abc"])(
    "answers the authorization %j with 401",
    async (authorization) => {
      const headers = { authorization, "content-type": "application/json" };
      const response = await fetch(simulator.url + path, { method: "POST", headers, body: "{}" });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
    },
  );

  it("answers a body that is not JSON with 400", async () => {
    expect((await buyer.post(path, "{")).status).toBe(400);
    expect((await buyer.post(path, "hello", { "content-type": "text/plain" })).status).toBe(400);
  });

  it("has no jobs to ask for", async () => {
    const response = await buyer.get(`${path}/img_123`);
    expect(response.status).toBe(404);
    expect(((await response.json()) as Json).error.message).toContain("zebra");
  });

  it("lists its models with their shutdown dates", async () => {
    const { data } = (await (await buyer.get("/openai/v1/models")).json()) as Json;
    expect(data).toContainEqual(expect.objectContaining({ id: model, shutdown_date: null }));
  });
});
