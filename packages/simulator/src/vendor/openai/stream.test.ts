import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
});
afterAll(() => simulator.close());

const order = { model: "gpt-image-2.6-flare", prompt: "a harbour", stream: true, partial_images: 2 };

async function events(headers = {}): Promise<Json[]> {
  const response = await buyer.post("/openai/v1/images/generations", order, headers);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const frames = (await response.text()).split("\n\n").filter((frame) => frame !== "");
  return frames.map((frame) => {
    const [name, data = ""] = frame.split("\n");
    const event = JSON.parse(data.slice("data: ".length));
    expect(name).toBe(`event: ${event.type}`);
    return event;
  });
}

it("sends partial pictures and then the finished one", async () => {
  const [first, second, last] = await events();
  expect(first).toMatchObject({ type: "image_generation.partial_image", partial_image_index: 0 });
  expect(second).toMatchObject({ partial_image_index: 1, size: "1024x1024", output_format: "png" });
  expect(last.type).toBe("image_generation.completed");
  expect(last.usage.output_tokens).toBe(1256);
  const partial = await sharp(Buffer.from(first.b64_json, "base64")).metadata();
  expect(partial).toMatchObject({ format: "png", width: 1024, height: 1024 });
});

it("ends without the finished picture when told to", async () => {
  const received = await events({ "x-simulator-fault": "no_outputs" });
  expect(received.map(({ type }) => type)).not.toContain("image_generation.completed");
});

it("breaks off in the middle when told to", async () => {
  await expect(events({ "x-simulator-fault": "truncated_body" })).rejects.toThrow();
});

it("ends with an error inside the stream when told to", async () => {
  const received = await events({ "x-simulator-fault": "moderated stage=stream" });
  expect(received.map(({ type }) => type)).toEqual([
    "image_generation.partial_image",
    "image_generation.partial_image",
    "error",
  ]);
  expect(received.at(-1).error.code).toBe("moderation_blocked");
});

it("sends partial pictures of an edit by the names of edits", async () => {
  const entries = [
    ["model", "gpt-image-2.6-flare"],
    ["prompt", "ink"],
    ["stream", "true"],
    ["partial_images", "1"],
    ["image", await photo(256, 256)],
  ] as const;
  const text = await (await buyer.form("/openai/v1/images/edits", entries)).text();
  expect([...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
    "image_edit.partial_image",
    "image_edit.completed",
  ]);
});
