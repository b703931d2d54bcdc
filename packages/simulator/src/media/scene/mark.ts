import { type Colour, rgbOf } from "../colour.ts";
import type { Palette } from "../palette.ts";
import { n, type Sheet } from "./shapes.ts";

/** What a motif is drawn with: its reach from the middle, its colours, and chance. */
interface Brush {
  readonly reach: number;
  readonly ink: Colour;
  readonly accents: readonly [Colour, Colour];
  readonly random: Sheet["random"];
}

/** A logo: one flat mark, of few shapes that belong together, on a plain ground. */
export function drawMark({ width, height, random }: Sheet, palette: Palette): string {
  const isDark = random() < 0.35;
  const ground = isDark ? palette.dark : palette.light;
  // Cream on cream would be no mark.
  const [first, second] = palette.accents.toSorted((a, b) => distance(b, ground) - distance(a, ground));
  const brush: Brush = {
    reach: Math.min(width, height) * 0.3,
    ink: isDark ? palette.light : palette.dark,
    accents: [first ?? palette.dark, second ?? palette.dark],
    random,
  };
  const motif = random.pick([petals, rings, bars, leaves, badge, circles]);
  return `<rect width="${width}" height="${height}" fill="${ground}"/><g transform="translate(${n(width / 2)} ${n(height / 2)})">${motif(brush)}</g>`;
}

function distance(one: Colour, other: Colour): number {
  const [a, b] = [rgbOf(one), rgbOf(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** A flower of turned ellipses. */
function petals({ reach, ink, accents, random }: Brush): string {
  const count = random.whole(5, 9);
  const [rx, ry] = [reach * random.between(0.16, 0.26), reach * 0.46];
  const around = Array.from(
    { length: count },
    (_, index) =>
      `<ellipse cy="${n(-ry)}" rx="${n(rx)}" ry="${n(ry)}" fill="${accents[index % 2] ?? ink}" transform="rotate(${n((360 * index) / count)})"/>`,
  );
  return `${around.join("")}<circle r="${n(rx)}" fill="${ink}"/>`;
}

/** Arches one inside the other, and a disc below. */
function rings({ reach, ink, accents, random }: Brush): string {
  const stroke = reach * random.between(0.15, 0.2);
  const arches = [ink, ...accents].map((colour, index) => {
    const r = reach - index * stroke * 1.6;
    return `<path d="M${n(-r)} ${n(reach * 0.4)}A${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(reach * 0.4)}" fill="none" stroke="${colour}" stroke-width="${n(stroke)}" stroke-linecap="round"/>`;
  });
  return `<g transform="rotate(${random.pick([0, 90, 180, 270])})">${arches.join("")}<circle cy="${n(reach * 0.4)}" r="${n(stroke * 0.8)}" fill="${ink}"/></g>`;
}

/** Columns that rise, the tallest with a head. */
function bars({ reach, ink, accents, random }: Brush): string {
  const width = reach * 0.38;
  const heights = [0.7, 1.15, 1.6].map((height) => reach * height * random.between(0.85, 1.1));
  const columns = heights.map(
    (height, index) =>
      `<rect x="${n((index - 1.5) * width * 1.35 + width * 0.17)}" y="${n(reach * 0.8 - height)}" width="${n(width)}" height="${n(height)}" rx="${n(width / 2)}" fill="${[ink, ...accents][index] ?? ink}"/>`,
  );
  return `${columns.join("")}<circle cx="${n(-width * 0.98)}" cy="${n(-reach * 0.62)}" r="${n(width * 0.55)}" fill="${accents[1]}"/>`;
}

/** Two halves of a leaf, and its stem. */
function leaves({ reach, ink, accents, random }: Brush): string {
  const [wide, tip] = [reach * random.between(0.75, 1.05), n(-reach)];
  const half = (side: number, colour: Colour) =>
    `<path d="M0 ${n(reach * 0.75)}C${n(side * wide)} ${n(reach * 0.4)} ${n(side * wide)} ${n(-reach * 0.45)} 0 ${tip}Z" fill="${colour}"/>`;
  const stem = `<path d="M0 ${n(reach)}V${n(-reach * 0.35)}" stroke="${ink}" stroke-width="${n(reach * 0.07)}" stroke-linecap="round"/>`;
  return `<g transform="rotate(${n(random.between(-25, 25))})">${half(-1, accents[0])}${half(1, accents[1])}${stem}</g>`;
}

/** A shield with a sun over a peak. */
function badge({ reach, ink, accents, random }: Brush): string {
  const r = n(reach * random.between(0.2, 0.5));
  const [sun, peak] = [reach * random.between(0.24, 0.34), reach * 0.72];
  return `<rect x="${n(-reach)}" y="${n(-reach)}" width="${n(reach * 2)}" height="${n(reach * 2)}" rx="${r}" fill="${ink}"/><circle cx="${n(reach * random.between(-0.3, 0.3))}" cy="${n(-reach * 0.25)}" r="${n(sun)}" fill="${accents[0]}"/><path d="M${n(-peak)} ${n(peak)}L0 ${n(-reach * 0.1)}L${n(peak)} ${n(peak)}Z" fill="${accents[1]}"/>`;
}

/** Three discs that overlap. */
function circles({ reach, ink, accents, random }: Brush): string {
  const turn = random.between(0, 120);
  return [ink, ...accents]
    .map((colour, index) => {
      const angle = ((turn + 120 * index) * Math.PI) / 180;
      const [x, y] = [Math.cos(angle) * reach * 0.45, Math.sin(angle) * reach * 0.45];
      return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(reach * 0.6)}" fill="${colour}" fill-opacity="0.86"/>`;
    })
    .join("");
}
