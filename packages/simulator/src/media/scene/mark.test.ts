import { expect, it } from "vitest";
import { paintScene } from "../paint-scene.ts";

const side = 160;

/** The middle of a square of 16 by 16 pixels: the grain is fine. */
async function paint(prompt: string) {
  const brief = { prompt, seed: 1, index: 0, width: side, height: side, transparent: false };
  const { data } = await paintScene(brief);
  const mean = (left: number, top: number) => {
    const sums = [0, 0, 0];
    for (let y = top; y < top + 16; y++)
      for (let x = left; x < left + 16; x++)
        for (const [channel, sum] of sums.entries())
          sums[channel] = sum + (data[(y * side + x) * 4 + channel] ?? 0) / 256;
    return sums;
  };
  const far = ([r = 0, g = 0, b = 0]: number[], [x = 0, y = 0, z = 0]: number[]) =>
    Math.hypot(r - x, g - y, b - z);
  const corners = [mean(0, 0), mean(side - 16, 0), mean(0, side - 16), mean(side - 16, side - 16)];
  const ground = corners[0] ?? [];
  const inside = Array.from({ length: 64 }, (_, at) =>
    mean(32 + 12 * (at % 8), 32 + 12 * Math.floor(at / 8)),
  );
  return {
    unevenness: Math.max(...corners.map((corner) => far(corner, ground))),
    contrast: Math.max(...inside.map((place) => far(place, ground))),
    data,
  };
}

it("draws a logo as a mark that stands out from a plain ground, whatever else the words name", async () => {
  const subjects = ["a bakery", "a ship on the sea", "a town", "hills", "a lamp", "navy and brass", "cream"];
  const logos = await Promise.all(subjects.map((subject) => paint(`a logo for ${subject}`)));
  for (const [index, { unevenness, contrast }] of logos.entries()) {
    expect(unevenness, subjects[index]).toBeLessThan(12);
    expect(contrast, subjects[index]).toBeGreaterThan(60);
  }
  expect(new Set(logos.map(({ data }) => data.toString("base64"))).size).toBe(subjects.length);
});
