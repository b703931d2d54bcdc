import { mix } from "../colour.ts";
import type { Palette } from "../palette.ts";
import { below, n, type Point, rollingLine, type Sheet } from "./shapes.ts";
import { drawSky } from "./sky.ts";

/** Ranges of hills fading into the distance, trees on the near ones. */
export function drawHills(sheet: Sheet, palette: Palette, night: boolean): string {
  const { width, height, random } = sheet;
  const horizon = height * random.between(0.48, 0.58);
  const layers = 6;
  const parts = [drawSky(sheet, palette, horizon, night)];
  for (let layer = 0; layer < layers; layer++) {
    const near = layer / (layers - 1);
    const base = horizon + (height - horizon) * (near ** 1.25 * 0.8) - height * 0.02;
    const line = rollingLine(sheet, base, height * (0.055 - near * 0.02), layer === 0 ? 1.2 : 0.35);
    const tone =
      near < 0.5
        ? mix(mix(palette.sky[2], palette.ground[0], 0.55), palette.ground[1], near * 1.4)
        : mix(palette.ground[1], palette.ground[2], (near - 0.5) * 2);
    const id = `hill${layer}`;
    parts.push(
      `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${mix(tone, palette.light, 0.16)}"/>` +
        `<stop offset="0.5" stop-color="${tone}"/><stop offset="1" stop-color="${mix(tone, palette.dark, 0.25)}"/></linearGradient></defs>`,
      `<path d="${below(line, sheet)}" fill="url(#${id})"/>`,
    );
    if (layer >= 2) parts.push(trees(sheet, line, tone, palette, near));
  }
  parts.push(flowers(sheet, palette, width, height));
  return parts.join("");
}

function trees(
  { height, random }: Sheet,
  line: readonly Point[],
  tone: string,
  palette: Palette,
  near: number,
): string {
  const round = random() < 0.4;
  const trees = line.flatMap((point) => {
    if (random() > 0.34) return [];
    const tall = height * (0.016 + near * 0.075) * random.between(0.6, 1.25);
    const colour = mix(mix(tone, palette.dark, 0.42), palette.accents[1], random() < 0.12 ? 0.5 : 0.05);
    const foot = point.y + tall * 0.12;
    if (round) {
      const r = tall * 0.42;
      return [
        `<path d="M${n(point.x)} ${n(foot)}v${n(-tall * 0.7)}" stroke="${palette.dark}" stroke-width="${n(tall * 0.07)}"/>`,
        `<ellipse cx="${n(point.x)}" cy="${n(foot - tall * 0.75)}" rx="${n(r)}" ry="${n(r * 0.9)}" fill="${colour}"/>`,
        `<ellipse cx="${n(point.x - r * 0.25)}" cy="${n(foot - tall * 0.88)}" rx="${n(r * 0.55)}" ry="${n(r * 0.45)}" fill="${mix(colour, palette.light, 0.2)}"/>`,
      ];
    }
    const half = tall * 0.2;
    return [
      `<path d="M${n(point.x)} ${n(foot - tall)}C${n(point.x + half)} ${n(foot - tall * 0.5)} ${n(point.x + half)} ${n(foot)} ${n(point.x)} ${n(foot)}` +
        `C${n(point.x - half)} ${n(foot)} ${n(point.x - half)} ${n(foot - tall * 0.5)} ${n(point.x)} ${n(foot - tall)}Z" fill="${colour}"/>`,
    ];
  });
  return trees.join("");
}

function flowers({ random }: Sheet, palette: Palette, width: number, height: number): string {
  return Array.from({ length: 110 }, () => {
    const deep = random() ** 0.6;
    const size = height * 0.0042 * (0.35 + deep);
    const y = height * (0.9 + deep * 0.1);
    return `<circle cx="${n(random() * width)}" cy="${n(y)}" r="${n(size)}" fill="${random.pick(palette.accents)}" opacity="0.85"/>`;
  }).join("");
}
