import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { decode, type Picture, sizeOf, within } from "../src/pipeline/picture.ts";
import { type RenderInput, type RunStage, render, resultSize } from "../src/pipeline/run.ts";
import { segment } from "../src/pipeline/segment.ts";
import { tileOf } from "../src/pipeline/tile.ts";
import { shadeEnd, wall, window } from "./wall.ts";

const never = new AbortController().signal;
const runAll: RunStage = (_stage, work) => work(never);
const sample = (name: string) => readFile(new URL(`../page/public/samples/${name}.jpg`, import.meta.url));

const size = { width: 360, height: 240 };
let photo: Buffer;
let grey: Buffer;
/** Nothing needs to be found. */
let everywhere: Buffer;
const make = async (changed: Partial<RenderInput> = {}) => {
  const input = { photo, texture: grey, mask: undefined, repeats: 6, seed: undefined, ...changed };
  const png = await render(input, runAll);
  return decode(png, await sizeOf(png));
};
/** The mean of one colour over a rectangle, given in parts of the picture. */
function meanOf(picture: Picture, channel: number, [left, top, right, bottom]: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (let y = Math.round((top ?? 0) * picture.height); y < (bottom ?? 0) * picture.height; y++)
    for (let x = Math.round((left ?? 0) * picture.width); x < (right ?? 0) * picture.width; x++) {
      sum += picture.data[(y * picture.width + x) * 3 + channel] ?? 0;
      count += 1;
    }
  return sum / count;
}
const inTheWindow = [window.left + 0.03, window.top + 0.05, window.right - 0.03, window.bottom - 0.05];
const inTheShade = [0.05, 0.1, shadeEnd - 0.1, 0.7];
const inTheLight = [0.85, 0.1, 0.97, 0.7];

beforeAll(async () => {
  photo = await wall(size);
  everywhere = await sharp({ create: { ...size, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  grey = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#6a7078" } })
    .png()
    .toBuffer();
});

describe("segment", () => {
  it("finds the wall, its shaded part too, and neither the window nor the ground", async () => {
    const working = await decode(photo, size);
    const { mask } = await segment(working, undefined, never);
    const shareIn = ([left = 0, top = 0, right = 0, bottom = 0]: readonly number[]) => {
      const inside = [...mask.data.keys()].filter((at) => {
        const [x, y] = [(at % size.width) / size.width, Math.floor(at / size.width) / size.height];
        return x > left && x < right && y > top && y < bottom;
      });
      return inside.reduce((sum, at) => sum + (mask.data[at] ?? 0), 0) / inside.length;
    };
    expect(shareIn(inTheLight)).toBeGreaterThan(0.97);
    expect(shareIn(inTheShade)).toBeGreaterThan(0.97);
    expect(shareIn(inTheWindow)).toBeLessThan(0.03);
    expect(shareIn([0, 0.92, 1, 1])).toBeLessThan(0.03);
  });

  it("finds the table of a real photo, and not the cup upon it", async () => {
    const coffee = await sample("coffee");
    const working = await decode(coffee, within(await sizeOf(coffee), 640));
    const { mask } = await segment(working, undefined, never);
    const at = (x: number, y: number) => mask.data[y * working.width + x];
    expect([at(30, 150), at(540, 150), at(560, 330), at(60, 360), at(110, 380)]).toEqual([1, 1, 1, 1, 1]);
    // The saucer, the coffee, the cup's rim, the spoon, the dark corner.
    expect([at(130, 250), at(290, 150), at(290, 30), at(365, 285), at(30, 30)]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("the picture", () => {
  it("is lit like the wall: the texture lies in the same shade", async () => {
    const [before, after] = await Promise.all([decode(photo, size), make()]);
    const ratioOf = (picture: Picture) => meanOf(picture, 1, inTheShade) / meanOf(picture, 1, inTheLight);
    expect(ratioOf(after)).toBeGreaterThan(ratioOf(before) - 0.12);
    expect(ratioOf(after)).toBeLessThan(ratioOf(before) + 0.12);
  });

  it("keeps what is not painted, up to its edges", async () => {
    const after = await make();
    const before = await decode(photo, after);
    for (const channel of [0, 1, 2])
      expect(
        Math.abs(meanOf(after, channel, inTheWindow) - meanOf(before, channel, inTheWindow)),
      ).toBeLessThan(1);
    // Painted right beside the window: grey, where the wall is yellow.
    const beside = [window.right + 0.015, 0.3, window.right + 0.04, 0.5];
    expect(meanOf(before, 0, beside) - meanOf(before, 2, beside)).toBeGreaterThan(30);
    expect(meanOf(after, 0, beside) - meanOf(after, 2, beside)).toBeLessThan(25);
  });

  it("shows the texture as often as it was asked for", async () => {
    const stripes = await sharp({ create: { width: 60, height: 60, channels: 3, background: "#ffffff" } })
      .composite([
        { input: { create: { width: 30, height: 60, channels: 3, background: "#000000" } }, left: 0, top: 0 },
      ])
      .png()
      .toBuffer();
    for (const repeats of [5, 12]) {
      const { data, width } = await make({ texture: stripes, mask: everywhere, repeats });
      const row = Array.from({ length: width }, (_, x) => (data[(60 * width + x) * 3] ?? 0) > 60);
      const rises = row.filter((bright, x) => bright && x > 0 && row[x - 1] === false).length;
      expect(Math.abs(rises - repeats)).toBeLessThanOrEqual(1);
    }
  });

  it("is painted where the mask is white, whatever we would have found", async () => {
    const mask = await sharp(
      Buffer.from('<svg width="360" height="240"><rect width="180" height="240" fill="#fff"/></svg>'),
    )
      .flatten({ background: "#000" })
      .png()
      .toBuffer();
    const after = await make({ mask });
    const before = await decode(photo, after);
    const right = [0.55, 0.05, 0.95, 0.15];
    expect(Math.abs(meanOf(after, 2, right) - meanOf(before, 2, right))).toBeLessThan(1);
    expect(Math.abs(meanOf(after, 0, inTheShade) - meanOf(before, 0, inTheShade))).toBeGreaterThan(20);
  });

  it("is refined by its seed: the same seed gives the same bytes, another one others", async () => {
    const plain = { mask: everywhere };
    const [one, again, other, none] = await Promise.all([
      make({ ...plain, seed: 42 }),
      make({ ...plain, seed: 42 }),
      make({ ...plain, seed: 43 }),
      make(plain),
    ]);
    expect(Buffer.compare(one.data, again.data)).toBe(0);
    expect(Buffer.compare(one.data, other.data)).not.toBe(0);
    expect(Buffer.compare(one.data, none.data)).not.toBe(0);
  });

  it("is only enhanced where there is no texture: the same photo, larger and crisper", async () => {
    const after = await make({ texture: undefined });
    expect(after).toMatchObject(resultSize(size));
    const before = await decode(photo, after);
    for (const place of [inTheWindow, inTheShade, inTheLight])
      expect(Math.abs(meanOf(after, 0, place) - meanOf(before, 0, place))).toBeLessThan(3);
  });
});

it("makes tiles without a seam of a texture that was not made to be tiled", async () => {
  const slope = await sharp(
    Buffer.from(
      '<svg width="120" height="120"><linearGradient id="g"><stop stop-color="#000"/><stop offset="1" stop-color="#fff"/></linearGradient><rect width="120" height="120" fill="url(#g)"/></svg>',
    ),
  )
    .png()
    .toBuffer();
  const { data, width, height } = await tileOf(slope, 120);
  const at = (x: number) => data[(Math.floor(height / 2) * width + x) * 3] ?? 0;
  expect(Math.abs(at(0) - at(width - 1))).toBeLessThan(20);
});

it("stops in the middle of a stage when it is told to", async () => {
  const stop = new AbortController();
  const reached: string[] = [];
  const run: RunStage = async (stage, work) => {
    reached.push(stage);
    if (stage === "project") setImmediate(() => stop.abort(new Error("enough")));
    return work(stop.signal);
  };
  const input = { photo, texture: grey, mask: undefined, repeats: 6, seed: 1 };
  await expect(render(input, run)).rejects.toThrow("enough");
  expect(reached).toEqual(["segment", "depth", "project"]);
});
