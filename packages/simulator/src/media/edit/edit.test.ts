import sharp from "sharp";
import { expect, it } from "vitest";
import { open, type Picture, toPicture } from "../picture.ts";
import { fillFromAround } from "./fill.ts";
import { boxOf, grow, type Matte } from "./matte.ts";
import { findSubject } from "./subject.ts";

const plain = (background: string, width = 120, height = 90): Promise<Picture> =>
  toPicture(sharp({ create: { width, height, channels: 4, background } }));

function matteWith(left: number, top: number, width: number, height: number): Matte {
  const data = Buffer.alloc(120 * 90);
  for (let y = top; y < top + height; y++) data.fill(255, y * 120 + left, y * 120 + left + width);
  return { data, width: 120, height: 90 };
}

it.each([1, 2, 3, 7, 20])("widens a matte by exactly %i pixels, and not over the edges", (pixels) => {
  expect(boxOf(grow(matteWith(50, 40, 10, 6), pixels))).toEqual({
    left: 50 - pixels,
    top: 40 - pixels,
    width: 10 + 2 * pixels,
    height: 6 + 2 * pixels,
  });
  expect(boxOf(grow(matteWith(0, 0, 1, 1), pixels))).toMatchObject({ width: pixels + 1, height: pixels + 1 });
  expect(boxOf(grow(matteWith(119, 89, 1, 1), pixels))).toMatchObject({
    left: 119 - pixels,
    top: 89 - pixels,
  });
});

it("takes the middle for the subject of a picture that shows nothing", async () => {
  const { data, width, height } = await findSubject(await plain("#808080"));
  expect(data[45 * width + 60]).toBe(255);
  expect(data[0]).toBe(0);
  expect(data[height * width - 1]).toBe(0);
});

it("takes a transparent picture's own word for its subject", async () => {
  const picture = await plain("#ff000000");
  const spot = { input: { create: { width: 30, height: 20, channels: 4, background: "#0f0" } } } as const;
  const cut = await toPicture(open(picture).composite([{ ...spot, left: 10, top: 5 }]));
  expect(boxOf(await findSubject(cut))).toEqual({ left: 10, top: 5, width: 30, height: 20 });
});

it("fills a hole with the colour around it and touches nothing else", async () => {
  const picture = await plain("#336699");
  const spot = { input: { create: { width: 30, height: 20, channels: 4, background: "#fff" } } } as const;
  const spotted = await toPicture(open(picture).composite([{ ...spot, left: 40, top: 30 }]));
  const filled = await fillFromAround(spotted, matteWith(38, 28, 34, 24));
  for (const [channel, value] of [0x33, 0x66, 0x99, 0xff].entries()) {
    expect(Math.abs((filled.data[(40 * 120 + 55) * 4 + channel] ?? 0) - value)).toBeLessThan(4);
  }
  expect(filled.data.subarray(0, 28 * 120 * 4).equals(spotted.data.subarray(0, 28 * 120 * 4))).toBe(true);
});
