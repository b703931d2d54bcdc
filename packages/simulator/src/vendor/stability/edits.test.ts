import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, maskWith, photo, pixelAt, pixelsOf } from "../../testing/buyer.ts";

type Entries = readonly (readonly [string, string | Uint8Array])[];

const size = [320, 240] as const;
let simulator: Simulator;
let buyer: Buyer;
let picture: Buffer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
  picture = await photo(...size);
});
afterAll(() => simulator.close());

const edit = async (name: string, entries: Entries): Promise<Buffer> => {
  const response = await buyer.form(`/stability/v2beta/stable-image/edit/${name}`, entries);
  if (response.status !== 200) throw new Error(await response.text());
  return Buffer.from(await response.arrayBuffer());
};
const lastCredits = () => simulator.purchases().at(-1)?.credits;

/** How many pixels differ, inside a box and outside of it. */
async function changed(after: Uint8Array, [left, top, width, height]: readonly number[]) {
  const [one, two] = [await pixelsOf(picture), await pixelsOf(after)];
  const count = { inside: 0, outside: 0 };
  for (let at = 0; at < one.data.length; at += 4) {
    if (one.data.readUInt32LE(at) === two.data.readUInt32LE(at)) continue;
    const [x, y] = [(at / 4) % one.width, Math.floor(at / 4 / one.width)];
    const isInside =
      x >= (left ?? 0) && x < (left ?? 0) + (width ?? 0) && y >= (top ?? 0) && y < (top ?? 0) + (height ?? 0);
    count[isInside ? "inside" : "outside"] += 1;
  }
  return count;
}

it("inpaints where the mask is white, and nowhere else", async () => {
  const box = [40, 30, 100, 80] as const;
  const entries = [
    ["image", picture],
    ["mask", await maskWith(size, box)],
    ["prompt", "a harbour"],
  ] as const;
  const { inside, outside } = await changed(await edit("inpaint", [...entries, ["grow_mask", "0"]]), box);
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(box[2] * box[3] * 0.9);
  const grown = await changed(await edit("inpaint", [...entries, ["grow_mask", "10"]]), box);
  expect(grown.outside).toBeGreaterThan(1000);
  expect(lastCredits()).toBe(5);
});

it("keeps to the mask with a preset, too", async () => {
  const box = [40, 30, 100, 80] as const;
  const entries = [
    ["image", picture],
    ["mask", await maskWith(size, box)],
    ["prompt", "a cup"],
  ] as const;
  const more = [
    ["grow_mask", "0"],
    ["style_preset", "comic-book"],
  ] as const;
  expect(await changed(await edit("inpaint", [...entries, ...more]), box)).toMatchObject({ outside: 0 });
});

it("erases what the mask or the transparency means, as if it had never been there", async () => {
  const box = [90, 50, 140, 140] as const;
  const masked = await edit("erase", [
    ["image", picture],
    ["mask", await maskWith(size, box)],
  ]);
  // The ball is gone; what is left goes from blue to orange.
  const [red = 0, , blue = 0] = await pixelAt(masked, 0.5, 0.5);
  expect(red).toBeLessThan(170);
  expect(blue).toBeLessThan(130);
  const [left, top, width, height] = box;
  const hole = sharp({ create: { width, height, channels: 4, background: "#000" } });
  const holed = await sharp(picture)
    .ensureAlpha()
    .composite([{ input: await hole.png().toBuffer(), left, top, blend: "dest-out" }])
    .png()
    .toBuffer();
  expect((await sharp(holed).stats()).isOpaque).toBe(false);
  expect(await pixelAt(await edit("erase", [["image", holed]]), 0.5, 0.5)).toEqual(
    await pixelAt(masked, 0.5, 0.5),
  );
});

it("outpaints beyond the edges and leaves the picture in its place", async () => {
  const sides = [
    ["left", "100"],
    ["down", "60"],
    ["prompt", "a forest"],
  ] as const;
  const wide = await edit("outpaint", [["image", picture], ...sides]);
  expect(await sharp(wide).metadata()).toMatchObject({ width: 420, height: 300 });
  const kept = await sharp(wide).extract({ left: 100, top: 0, width: 320, height: 240 }).png().toBuffer();
  expect(await changed(kept, [0, 0, 0, 0])).toEqual({ inside: 0, outside: 0 });
  expect(lastCredits()).toBe(4);
});

it("replaces what was searched for", async () => {
  const entries = [
    ["image", picture],
    ["search_prompt", "the ball"],
    ["prompt", "a red cup"],
  ] as const;
  const { inside, outside } = await changed(await edit("search-and-replace", entries), [90, 50, 140, 140]);
  expect(inside).toBeGreaterThan(8000);
  expect(outside).toBe(0);
});

it("recolours what was selected, in the picture's own size", async () => {
  const entries = [
    ["image", picture],
    ["select_prompt", "the ball"],
    ["prompt", "green"],
  ] as const;
  const recoloured = await edit("search-and-recolor", entries);
  expect(await sharp(recoloured).metadata()).toMatchObject({ width: 320, height: 240 });
  const [red = 0, green = 0] = await pixelAt(recoloured, 0.5, 0.5);
  expect(green).toBeGreaterThan(red + 50);
  expect(await pixelAt(recoloured, 0, 0)).toEqual(await pixelAt(picture, 0, 0));
});

it.each(["png", "webp"])("removes the background, as %s", async (output_format) => {
  const cut = await edit("remove-background", [
    ["image", picture],
    ["output_format", output_format],
  ]);
  expect((await sharp(cut).metadata()).format).toBe(output_format);
  expect((await pixelAt(cut, 0.5, 0.5))[3]).toBe(255);
  for (const [x, y] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0.1, 0.5],
  ] as const) {
    expect((await pixelAt(cut, x, y))[3]).toBe(0);
  }
});
