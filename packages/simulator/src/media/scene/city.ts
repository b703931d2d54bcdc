import { mix } from "../colour.ts";
import type { Palette } from "../palette.ts";
import { n, type Sheet } from "./shapes.ts";
import { drawSky } from "./sky.ts";

/** Rows of houses and towers, windows lit in the near ones. */
export function drawCity(sheet: Sheet, palette: Palette, night: boolean): string {
  const { width, height, random } = sheet;
  const parts = [drawSky(sheet, palette, height * 0.62, night)];
  for (let row = 0; row < 4; row++) {
    const near = row / 3;
    const foot = height * (0.74 + near * 0.27);
    const tone = mix(mix(palette.sky[2], palette.ground[0], 0.65), palette.dark, near * 0.85);
    for (let x = -width * 0.03; x < width; ) {
      const wide = width * random.between(0.045, 0.1) * (0.8 + near * 0.5);
      const tall = height * random.between(0.14, 0.42) * (1.05 - near * 0.25);
      parts.push(house(sheet, palette, { x, foot, wide, tall, tone, near }));
      x += wide * random.between(0.94, 1.12);
    }
    parts.push(mist(sheet, palette, foot, near));
  }
  return parts.join("");
}

interface House {
  readonly x: number;
  readonly foot: number;
  readonly wide: number;
  readonly tall: number;
  readonly tone: string;
  readonly near: number;
}

function house({ random }: Sheet, palette: Palette, { x, foot, wide, tall, tone, near }: House): string {
  const top = foot - tall;
  const wall = mix(tone, random.pick(palette.accents), random.between(0.02, 0.2));
  const parts = [
    `<path d="M${n(x)} ${n(foot)}V${n(top)}H${n(x + wide)}V${n(foot)}Z" fill="${wall}"/>`,
    `<path d="M${n(x + wide * 0.72)} ${n(foot)}V${n(top)}H${n(x + wide)}V${n(foot)}Z" fill="${palette.dark}" opacity="0.16"/>`,
  ];
  const roof = random();
  const dark = mix(wall, palette.dark, 0.4);
  if (roof < 0.4) {
    parts.push(
      `<path d="M${n(x - wide * 0.04)} ${n(top + 1)}L${n(x + wide / 2)} ${n(top - wide * 0.55)}L${n(x + wide * 1.04)} ${n(top + 1)}Z" fill="${mix(dark, palette.accents[1], 0.35)}"/>`,
    );
  } else if (roof < 0.55) {
    parts.push(
      `<path d="M${n(x + wide * 0.5)} ${n(top)}v${n(-tall * 0.22)}" stroke="${dark}" stroke-width="${n(wide * 0.05)}"/>`,
    );
  }
  if (near > 0.3) {
    const cell = wide / 4.4;
    const pane = `h${n(cell * 0.62)}v${n(cell * 0.82)}h${n(-cell * 0.62)}z`;
    let [lit, unlit] = ["", ""];
    for (let column = 0; column < 3; column++) {
      for (let y = top + cell * 0.9; y < foot - cell; y += cell * 1.35) {
        const at = `M${n(x + cell * (0.7 + column * 1.15))} ${n(y)}${pane}`;
        if (random() < 0.42) lit += at;
        else unlit += at;
      }
    }
    const light = mix(palette.accents[0], palette.light, random() * 0.6);
    parts.push(`<path d="${unlit}" fill="${mix(wall, dark, 0.5)}"/><path d="${lit}" fill="${light}"/>`);
  }
  return parts.join("");
}

function mist({ width, height }: Sheet, palette: Palette, foot: number, near: number): string {
  if (near === 1) return "";
  const id = `mist${Math.round(near * 10)}`;
  return (
    `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${palette.sky[2]}" stop-opacity="0"/>` +
    `<stop offset="1" stop-color="${palette.sky[2]}" stop-opacity="${n(0.7 - near * 0.5)}"/></linearGradient></defs>` +
    `<rect y="${n(foot - height * 0.2)}" width="${width}" height="${n(height * 0.25)}" fill="url(#${id})"/>`
  );
}
