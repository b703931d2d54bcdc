import { mix } from "../colour.ts";
import type { Palette } from "../palette.ts";
import { gradient, n, type Sheet } from "./shapes.ts";

/** A vase with branches and some fruit on a table. Without `backdrop`, the things alone. */
export function drawStillLife(sheet: Sheet, palette: Palette, backdrop: boolean): string {
  const { width, height, random } = sheet;
  const unit = Math.min(width, height);
  const table = height * 0.7;
  const x = width * random.between(0.44, 0.56);
  const foot = table + height * 0.1;
  const tall = unit * random.between(0.34, 0.42);
  const parts = backdrop ? [room(sheet, palette, table)] : [];
  if (backdrop) parts.push(shadow(x + unit * 0.1, foot, unit * 0.26, unit * 0.035, palette.dark));
  parts.push(branches(sheet, palette, x, foot - tall * 0.96, unit));
  parts.push(vase(sheet, palette, x, foot, tall));
  const side = random() < 0.5 ? -1 : 1;
  for (let index = 0; index < 4; index++) {
    const r = unit * random.between(0.05, 0.068);
    const fx = x + side * unit * (index === 3 ? -0.27 : 0.2 + index * 0.088);
    const fy = foot + unit * random.between(-0.01, 0.045);
    if (backdrop) parts.push(shadow(fx + r * 0.4, fy + r * 0.9, r * 1.25, r * 0.24, palette.dark));
    parts.push(fruit(fx, fy, r, palette.accents[index % 2] ?? palette.light, palette, index));
  }
  return parts.join("");
}

function room({ width, height, random }: Sheet, palette: Palette, table: number): string {
  const wall = [mix(palette.sky[1], palette.light, 0.25), mix(palette.sky[2], palette.ground[0], 0.2)];
  const board = [
    mix(palette.ground[0], palette.light, 0.12),
    palette.ground[1],
    mix(palette.ground[2], palette.dark, 0.3),
  ];
  const left = width * random.between(0.06, 0.5);
  const pane = `M${n(left)} 0L${n(left + width * 0.26)} 0L${n(left + width * 0.1)} ${n(table)}L${n(left - width * 0.2)} ${n(table)}Z`;
  return (
    `<defs>${gradient("wall", wall)}${gradient("board", board)}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#wall)"/><path d="${pane}" fill="${palette.light}" opacity="0.28"/>` +
    `<rect y="${n(table)}" width="${width}" height="${n(height - table)}" fill="url(#board)"/>` +
    `<rect y="${n(table)}" width="${width}" height="${n(height * 0.006)}" fill="${palette.light}" opacity="0.35"/>`
  );
}

function shadow(x: number, y: number, rx: number, ry: number, colour: string): string {
  return [1.25, 1.1, 0.95]
    .map(
      (k) =>
        `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx * k)}" ry="${n(ry * k)}" fill="${colour}" opacity="0.14"/>`,
    )
    .join("");
}

function vase({ random }: Sheet, palette: Palette, x: number, foot: number, tall: number): string {
  const belly = tall * random.between(0.3, 0.4);
  const neck = belly * random.between(0.3, 0.45);
  const lip = neck * 1.35;
  const at = (k: number) => n(foot - tall * k);
  const outline =
    `M${n(x - belly * 0.5)} ${n(foot)}C${n(x - belly * 1.15)} ${at(0.18)} ${n(x - belly * 1.2)} ${at(0.5)} ${n(x - neck)} ${at(0.8)}` +
    `C${n(x - neck * 0.9)} ${at(0.9)} ${n(x - lip)} ${at(0.95)} ${n(x - lip)} ${at(1)}H${n(x + lip)}` +
    `C${n(x + lip)} ${at(0.95)} ${n(x + neck * 0.9)} ${at(0.9)} ${n(x + neck)} ${at(0.8)}` +
    `C${n(x + belly * 1.2)} ${at(0.5)} ${n(x + belly * 1.15)} ${at(0.18)} ${n(x + belly * 0.5)} ${n(foot)}Z`;
  const body = palette.accents[0];
  return (
    `<defs><linearGradient id="glaze"><stop offset="0.05" stop-color="${mix(body, palette.light, 0.35)}"/><stop offset="0.3" stop-color="${mix(body, palette.light, 0.6)}"/>` +
    `<stop offset="0.55" stop-color="${body}"/><stop offset="1" stop-color="${mix(body, palette.dark, 0.55)}"/></linearGradient>` +
    `<clipPath id="vase"><path d="${outline}"/></clipPath></defs><path d="${outline}" fill="url(#glaze)"/>` +
    `<g clip-path="url(#vase)">${[0.28, 0.34, 0.62].map((k) => `<path d="M${n(x - belly * 1.3)} ${at(k)}Q${n(x)} ${n(foot - tall * k + tall * 0.07)} ${n(x + belly * 1.3)} ${at(k)}" stroke="${palette.light}" stroke-width="${n(tall * 0.02)}" fill="none" opacity="0.55"/>`).join("")}</g>` +
    `<ellipse cx="${n(x)}" cy="${at(1)}" rx="${n(lip)}" ry="${n(lip * 0.2)}" fill="${mix(body, palette.dark, 0.7)}"/>`
  );
}

function branches({ random }: Sheet, palette: Palette, x: number, y: number, unit: number): string {
  const parts: string[] = [];
  for (let branch = 0; branch < 6; branch++) {
    const lean = (branch - 2.5) * 0.13 + random.between(-0.06, 0.06);
    const long = unit * random.between(0.24, 0.38);
    const [tipX, tipY] = [x + Math.sin(lean * 2.4) * long, y - Math.cos(lean * 2) * long];
    parts.push(
      `<path d="M${n(x)} ${n(y + 8)}Q${n(x + (tipX - x) * 0.2)} ${n((y + tipY) / 2)} ${n(tipX)} ${n(tipY)}" stroke="${palette.dark}" stroke-width="${n(unit * 0.006)}" fill="none"/>`,
    );
    for (let leaf = 2; leaf <= 7; leaf++) {
      const k = leaf / 7;
      const lx = x + (tipX - x) * (k * 0.4 + k * k * 0.6);
      const ly = y + (tipY - y) * k;
      const turn = (leaf % 2 ? 55 : -55) + lean * 90;
      const colour = mix(palette.ground[leaf % 2 ? 0 : 1], palette.dark, random.between(0, 0.35));
      parts.push(
        `<ellipse cx="0" cy="${n(-unit * 0.026)}" rx="${n(unit * 0.011)}" ry="${n(unit * 0.028)}" transform="translate(${n(lx)} ${n(ly)}) rotate(${n(turn)})" fill="${colour}"/>`,
      );
    }
    const flower = random.pick([palette.accents[1], palette.accents[2], palette.light]);
    for (let petal = 0; petal < 6; petal++) {
      parts.push(
        `<ellipse cx="0" cy="${n(-unit * 0.02)}" rx="${n(unit * 0.012)}" ry="${n(unit * 0.022)}" transform="translate(${n(tipX)} ${n(tipY)}) rotate(${petal * 60})" fill="${flower}"/>`,
      );
    }
    parts.push(
      `<circle cx="${n(tipX)}" cy="${n(tipY)}" r="${n(unit * 0.01)}" fill="${palette.accents[0]}"/>`,
    );
  }
  return parts.join("");
}

function fruit(x: number, y: number, r: number, colour: string, palette: Palette, index: number): string {
  const id = `fruit${index}`;
  return (
    `<defs><radialGradient id="${id}" cx="0.35" cy="0.3" r="0.8"><stop offset="0" stop-color="${mix(colour, palette.light, 0.6)}"/><stop offset="0.45" stop-color="${colour}"/>` +
    `<stop offset="1" stop-color="${mix(colour, palette.dark, 0.6)}"/></radialGradient></defs>` +
    `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(r)}" ry="${n(r * 0.95)}" fill="url(#${id})"/>` +
    `<path d="M${n(x)} ${n(y - r * 0.85)}q${n(r * 0.1)} ${n(-r * 0.3)} ${n(r * 0.3)} ${n(-r * 0.4)}" stroke="${palette.dark}" stroke-width="${n(r * 0.09)}" fill="none"/>`
  );
}
