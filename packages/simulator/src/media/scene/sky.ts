import type { Palette } from "../palette.ts";
import { glow, gradient, n, type Sheet } from "./shapes.ts";

/** Sky with a sun or moon, clouds and, on a dark sky, stars. Fills the whole sheet. */
export function drawSky(sheet: Sheet, palette: Palette, horizon: number, night: boolean): string {
  const { width, height, random } = sheet;
  const unit = Math.min(width, height);
  const x = width * random.between(0.22, 0.78);
  const y = horizon * random.between(0.38, 0.72);
  const radius = unit * random.between(0.055, 0.095);
  const disc = night ? palette.light : palette.accents[2];
  const parts = [
    `<defs>${gradient("sky", palette.sky)}${glow("halo", disc, 0.75)}`,
    `<filter id="soft" x="-30%" y="-60%" width="160%" height="220%"><feGaussianBlur stdDeviation="${n(unit * 0.012)}"/></filter></defs>`,
    `<rect width="${width}" height="${height}" fill="url(#sky)"/>`,
    night ? stars(sheet, horizon, palette.light) : "",
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius * 4.5)}" fill="url(#halo)"/>`,
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${disc}"/>`,
    night
      ? `<circle cx="${n(x + radius * 0.42)}" cy="${n(y - radius * 0.2)}" r="${n(radius * 0.86)}" fill="${palette.sky[1]}" opacity="0.9"/>`
      : "",
    clouds(sheet, palette, horizon),
  ];
  return parts.join("");
}

function stars({ width, random }: Sheet, horizon: number, colour: string): string {
  return Array.from({ length: 90 }, () => {
    const size = random.between(0.0006, 0.0022) * width;
    return `<circle cx="${n(random() * width)}" cy="${n(random() * horizon)}" r="${n(size)}" fill="${colour}" opacity="${n(random.between(0.3, 1))}"/>`;
  }).join("");
}

function clouds({ width, height, random }: Sheet, palette: Palette, horizon: number): string {
  const banks = Array.from({ length: random.whole(2, 4) }, () => {
    const x = random() * width;
    const y = horizon * random.between(0.12, 0.6);
    const length = width * random.between(0.16, 0.34);
    const puffs = Array.from({ length: 6 }, (_, index) => {
      const along = index / 5 - 0.5;
      const lift = Math.cos(along * Math.PI) * height * 0.028 * random.between(0.6, 1.2);
      const rx = length * random.between(0.13, 0.22);
      const high = rx * random.between(0.3, 0.5) * (1.1 - Math.abs(along));
      return `<ellipse cx="${n(x + along * length)}" cy="${n(y - lift * 0.4)}" rx="${n(rx * 1.25)}" ry="${n(high)}"/>`;
    });
    return `<g fill="${palette.light}" opacity="${n(random.between(0.35, 0.6))}">${puffs.join("")}</g>`;
  });
  return `<g filter="url(#soft)">${banks.join("")}</g>`;
}
