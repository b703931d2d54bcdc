import sharp from "sharp";
import type { Random } from "../../random.ts";
import { mix } from "../colour.ts";
import { grainTile } from "../grain.ts";
import type { Palette } from "../palette.ts";
import { type Picture, toPicture } from "../picture.ts";
import { n } from "../scene/shapes.ts";

const [width, height] = [1024, 1024];
// Numbers of repeats that divide the width, so that the pattern meets itself at the seam.
const repeats = [8, 12, 16, 24];

type Motif = (x: number, y: number, wide: number, tall: number, colour: string) => string;

const motifs: readonly Motif[] = [
  (x, y, wide, tall, colour) =>
    `<circle cx="${n(x + wide / 2)}" cy="${n(y + tall / 2)}" r="${n(Math.min(wide, tall) * 0.3)}" fill="${colour}"/>`,
  (x, y, wide, tall, colour) =>
    `<path d="M${n(x)} ${n(y + tall * 0.85)}L${n(x + wide / 2)} ${n(y + tall * 0.15)}L${n(x + wide)} ${n(y + tall * 0.85)}" stroke="${colour}" stroke-width="${n(tall * 0.16)}" fill="none"/>`,
  (x, y, wide, tall, colour) =>
    `<path d="M${n(x)} ${n(y + tall / 2)}q${n(wide / 4)} ${n(-tall * 0.7)} ${n(wide / 2)} 0t${n(wide / 2)} 0" stroke="${colour}" stroke-width="${n(tall * 0.14)}" fill="none"/>`,
  (x, y, wide, tall, colour) =>
    `<path d="M${n(x + wide / 2)} ${n(y + tall * 0.06)}Q${n(x + wide * 0.95)} ${n(y + tall / 2)} ${n(x + wide / 2)} ${n(y + tall * 0.94)}Q${n(x + wide * 0.05)} ${n(y + tall / 2)} ${n(x + wide / 2)} ${n(y + tall * 0.06)}Z" fill="${colour}"/>`,
];

/** Paints the texture of a turned thing: glaze in a gradient, with bands of repeated motifs. */
export async function paintOrnament(palette: Palette, random: Random, seed: string): Promise<Picture> {
  const [first, second] = palette.accents;
  const glaze = [mix(first, palette.light, 0.25), first, mix(first, palette.dark, 0.35)];
  const stops = glaze.map((colour, index) => `<stop offset="${index / 2}" stop-color="${colour}"/>`).join("");
  const parts = [
    `<defs><linearGradient id="glaze" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient></defs>`,
    `<rect width="${width}" height="${height}" fill="url(#glaze)"/>`,
  ];
  let y = height * 0.4;
  while (y < height * 0.9) {
    const tall = height * random.between(0.035, 0.1);
    const ground = random.pick([second, palette.light, palette.ground[1], palette.dark]);
    const figure = random.pick(
      [first, palette.light, palette.accents[2]].filter((colour) => colour !== ground),
    );
    parts.push(`<rect y="${n(y)}" width="${width}" height="${n(tall)}" fill="${ground}"/>`);
    const count = random.pick(repeats);
    const motif = random.pick(motifs);
    for (let index = 0; index < count; index++) {
      parts.push(motif((index * width) / count, y, width / count, tall, figure));
    }
    for (const edge of [y, y + tall]) {
      parts.push(
        `<rect y="${n(edge - 3)}" width="${width}" height="6" fill="${palette.light}" opacity="0.8"/>`,
      );
    }
    y += tall + height * random.between(0.02, 0.12);
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join("")}</svg>`;
  return toPicture(sharp(Buffer.from(svg)).composite([grainTile(seed, 0.12, { width, height })]));
}
