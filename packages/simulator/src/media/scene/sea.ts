import { mix } from "../colour.ts";
import type { Palette } from "../palette.ts";
import { gradient, n, type Sheet } from "./shapes.ts";
import { drawSky } from "./sky.ts";

/** Open water under a sky, with glitter, islands and a sailing boat. */
export function drawSea(sheet: Sheet, palette: Palette, night: boolean): string {
  const { width, height, random } = sheet;
  const horizon = height * random.between(0.5, 0.6);
  const water = [mix(palette.sky[2], palette.ground[0], 0.6), palette.ground[1], palette.ground[2]];
  return [
    drawSky(sheet, palette, horizon, night),
    islands(sheet, palette, horizon),
    `<defs>${gradient("water", water)}</defs>`,
    `<rect y="${n(horizon)}" width="${width}" height="${n(height - horizon)}" fill="url(#water)"/>`,
    glitter(sheet, palette, horizon),
    boat(sheet, palette, horizon),
  ].join("");
}

function islands({ width, height, random }: Sheet, palette: Palette, horizon: number): string {
  return Array.from({ length: 3 }, (_, index) => {
    const x = width * random.between(-0.05, 0.95);
    const long = width * random.between(0.15, 0.4);
    const tall = height * random.between(0.03, 0.1);
    const colour = mix(palette.ground[1], palette.sky[2], 0.55 - index * 0.18);
    return (
      `<path d="M${n(x)} ${n(horizon + 1)}C${n(x + long * 0.2)} ${n(horizon - tall)} ${n(x + long * 0.35)} ${n(horizon - tall * 1.2)} ${n(x + long * 0.5)} ${n(horizon - tall * 0.8)}` +
      `S${n(x + long * 0.8)} ${n(horizon - tall * 0.3)} ${n(x + long)} ${n(horizon + 1)}Z" fill="${colour}"/>`
    );
  }).join("");
}

function glitter({ width, height, random }: Sheet, palette: Palette, horizon: number): string {
  return Array.from({ length: 420 }, () => {
    const deep = random() ** 1.4;
    const y = horizon + 3 + deep * (height - horizon);
    const long = width * (0.008 + deep * 0.06) * random.between(0.4, 1.2);
    const bright = random() < 0.6;
    const colour = bright ? palette.light : mix(palette.ground[2], palette.dark, 0.4);
    const x = random() * width;
    const opacity = bright ? random.between(0.12, 0.5) : random.between(0.1, 0.35);
    const thick = height * (0.0012 + deep * 0.0035);
    return `<path d="M${n(x)} ${n(y)}q${n(long / 2)} ${n(thick * 1.6)} ${n(long)} 0" stroke="${colour}" stroke-width="${n(thick)}" stroke-linecap="round" fill="none" opacity="${Math.round(opacity * 100) / 100}"/>`;
  }).join("");
}

function boat({ width, height, random }: Sheet, palette: Palette, horizon: number): string {
  const unit = Math.min(width, height) * random.between(0.16, 0.24);
  const x = width * random.between(0.3, 0.7);
  const y = horizon + (height - horizon) * random.between(0.2, 0.42);
  const [sail, hull] = [palette.light, palette.accents[1]];
  const shade = mix(sail, palette.ground[1], 0.35);
  return (
    `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(random.between(-3, 3))}) scale(${n(unit / 10) === "0" ? 1 : unit / 100})">` +
    `<ellipse cx="2" cy="15" rx="62" ry="5" fill="${palette.dark}" opacity="0.3"/>` +
    `<path d="M-4 18L-3 76L-40 70Z" fill="${sail}" opacity="0.22"/><path d="M2 18L3 66L34 60Z" fill="${shade}" opacity="0.2"/>` +
    `<path d="M0 -118V2" stroke="${palette.dark}" stroke-width="2.4"/>` +
    `<path d="M-3 -114C-30 -74 -46 -34 -48 -8C-32 -4 -16 -4 -3 -6Z" fill="${sail}"/>` +
    `<path d="M-3 -114C-16 -74 -20 -34 -18 -5L-3 -6Z" fill="${shade}" opacity="0.6"/>` +
    `<path d="M4 -100C26 -66 38 -34 42 -10C28 -4 16 -4 4 -6Z" fill="${palette.accents[0]}"/>` +
    `<path d="M-56 0C-20 6 20 6 58 -2C52 12 44 17 34 17H-36C-46 17 -52 10 -56 0Z" fill="${hull}"/>` +
    `<path d="M-52 8C-20 12 20 12 54 6C48 14 42 17 34 17H-36C-44 17 -49 13 -52 8Z" fill="${palette.dark}" opacity="0.35"/></g>`
  );
}
