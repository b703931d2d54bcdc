import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

const path = "/openai/v1/images/edits";
const model = ["model", "gpt-image-2.6-flare"] as const;
let simulator: Simulator;
let buyer: Buyer;
let picture: Buffer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
  picture = await photo();
});
afterAll(() => simulator.close());

const bytesOf = (body: Json, index = 0) => Buffer.from(body.data[index].b64_json, "base64");

it("repaints a photo so that it stays recognisable, n times differently", async () => {
  const response = await buyer.form(path, [model, ["prompt", "as gouache"], ["image", picture], ["n", "2"]]);
  const body = (await response.json()) as Json;
  expect(response.status).toBe(200);
  expect(body.size).toBe("1536x1024");
  expect(bytesOf(body).equals(bytesOf(body, 1))).toBe(false);
  const { data, info } = await sharp(bytesOf(body)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const brightness = (x: number, y: number) => {
    const at = (y * info.width + x) * 3;
    return (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  };
  expect(brightness(768, 512)).toBeGreaterThan(brightness(60, 60) + 150);
});

it("changes only what the mask leaves transparent", async () => {
  const [width, height] = [1024, 1024];
  const square = await photo(width, height);
  const hole = Buffer.from(
    '<svg width="1024" height="1024"><rect width="512" height="1024" fill="#000"/></svg>',
  );
  const mask = await sharp(hole).png().toBuffer();
  const fields = [model, ["prompt", "ink"], ["size", "1024x1024"]] as const;
  const response = await buyer.form(path, [...fields, ["image", square], ["mask", mask]]);
  const body = (await response.json()) as Json;
  const raw = (bytes: Buffer) => sharp(bytes).ensureAlpha().raw().toBuffer();
  const [before, after] = [await raw(square), await raw(bytesOf(body))];
  const differing = { left: 0, right: 0 };
  for (let at = 0; at < before.length; at += 4) {
    if (before.readUInt32LE(at) !== after.readUInt32LE(at)) {
      differing[(at / 4) % width < 512 ? "left" : "right"] += 1;
    }
  }
  expect(differing.left).toBe(0);
  expect(differing.right).toBeGreaterThan(width * height * 0.3);
});

it("takes repeated image[] parts, and JSON with data URLs", async () => {
  const fields = [model, ["prompt", "cut paper"]] as const;
  const form = await buyer.form(path, [...fields, ["image[]", picture], ["image[]", await photo(300, 300)]]);
  expect(form.status).toBe(200);
  const image_url = `data:image/png;base64,${picture.toString("base64")}`;
  const json = await buyer.post(path, { model: model[1], prompt: "clay", images: [{ image_url }] });
  expect(json.status).toBe(200);
});

it.each([
  ["no image", [], "missing_required_parameter"],
  ["a file that is no picture", [["image", Buffer.from("hello")]], "invalid_image_file"],
  ["an unknown part", [["picture", Buffer.from("hello")]], "unknown_parameter"],
  ["an unknown field", [["strength", "0.5"]], "unknown_parameter"],
  ["input_fidelity on a model that fixes it", [["input_fidelity", "high"]], "invalid_value"],
] as [string, [string, string | Uint8Array][], string][])("refuses %s", async (_, entries, code) => {
  const response = await buyer.form(path, [model, ["prompt", "ink"], ...entries]);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code } });
});

it("refuses a truncated picture and a mask of another size", async () => {
  const fields = [model, ["prompt", "ink"]] as const;
  const cut = await buyer.form(path, [...fields, ["image", picture.subarray(0, picture.length / 2)]]);
  expect(await cut.json()).toMatchObject({ error: { code: "invalid_image_file" } });
  const misfit = await buyer.form(path, [...fields, ["image", picture], ["mask", await photo(300, 300)]]);
  expect(await misfit.json()).toMatchObject({ error: { param: "mask" } });
});

it("refuses a mask without transparency, one that is no PNG, and one of 4 MB", async () => {
  const { width = 0, height = 0 } = await sharp(picture).metadata();
  const blank = sharp({ create: { width, height, channels: 4, background: "#0000" } });
  const masks = {
    opaque: await blank.clone().removeAlpha().png().toBuffer(),
    webp: await blank.clone().webp().toBuffer(),
    large: Buffer.concat([await blank.clone().png().toBuffer(), Buffer.alloc(4 * 1024 * 1024)]),
  };
  for (const [name, mask] of Object.entries(masks)) {
    const before = simulator.purchases().length;
    const response = await buyer.form(path, [model, ["prompt", "ink"], ["image", picture], ["mask", mask]]);
    expect(response.status, name).toBe(400);
    expect(await response.json(), name).toMatchObject({ error: { param: "mask" } });
    expect(simulator.purchases().length).toBe(before);
  }
});

it("fetches image_url from this machine only", async () => {
  const images = [{ image_url: "https://example.com/cat.png" }];
  const response = await buyer.post(path, { model: model[1], prompt: "ink", images });
  expect(await response.json()).toMatchObject({ error: { param: "images[0].image_url" } });
});
