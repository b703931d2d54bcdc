import sharp from "sharp";
import { expect, it } from "vitest";
import { toPicture } from "../picture.ts";
import { outlinesOf, simplified } from "./outline.ts";
import { vectorize } from "./vectorize.ts";

it("walks around an area and around the hole in it", () => {
  const isSet = (x: number, y: number) =>
    x >= 1 && x < 9 && y >= 1 && y < 9 && !(x >= 4 && x < 6 && y >= 4 && y < 6);
  const outlines = outlinesOf(isSet, 10, 10).map((outline) => simplified(outline, 0.5));
  expect(outlines.map(({ length }) => length)).toEqual([4, 4]);
  expect(outlines[0]).toEqual(
    expect.arrayContaining([
      [1, 1],
      [9, 1],
      [9, 9],
      [1, 9],
    ]),
  );
  expect(outlines[1]).toEqual(
    expect.arrayContaining([
      [4, 4],
      [6, 4],
      [6, 6],
      [4, 6],
    ]),
  );
});

it("keeps areas apart that touch at a corner", () => {
  const outlines = outlinesOf((x, y) => (x < 3 && y < 3) || (x >= 3 && y >= 3), 6, 6);
  const sides = outlines.reduce((sum, { length }) => sum + length, 0);
  expect(sides).toBe(24);
});

it("draws flat colours, and leaves empty what is transparent", async () => {
  const source = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect x="20" y="20" width="160" height="160" fill="#123456"/><rect x="60" y="60" width="80" height="80" fill="#fedcba"/></svg>',
  );
  const svg = await vectorize(await toPicture(sharp(source)));
  const drawn = await toPicture(sharp(Buffer.from(svg)));
  const at = (x: number, y: number) => [...drawn.data.subarray((y * 200 + x) * 4, (y * 200 + x) * 4 + 4)];
  expect(at(5, 5)[3]).toBe(0);
  const near = (pixel: number[], wanted: number[]) =>
    pixel.every((value, channel) => Math.abs(value - (wanted[channel] ?? 255)) < 12);
  expect(near(at(40, 40), [0x12, 0x34, 0x56])).toBe(true);
  expect(near(at(100, 100), [0xfe, 0xdc, 0xba])).toBe(true);
});
