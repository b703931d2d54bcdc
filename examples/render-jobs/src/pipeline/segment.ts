import { breathe } from "./bands.ts";
import { boxMean } from "./blur.ts";
import { greyOf, toLab } from "./colour.ts";
import { likelihood } from "./colour-model.ts";
import { apply, type Guided, guidedFilter } from "./guided-filter.ts";
import { withSoftNeighbours } from "./outlines.ts";
import { turnPatches } from "./patches.ts";
import type { Picture, Plane, Size } from "./picture.ts";
import { growRegions, type Regions } from "./regions.ts";

/** Where paint goes: the region itself, and how its edge is found again in a larger picture. */
export interface Paintable {
  readonly mask: Plane;
  readonly edges: Guided;
}

/** Of the picture: a region below it is a speck, one above it may be a second part of the surface. */
const speck = 1 / 400;
const part = 1 / 60;
/** A gleam or a shadow upon it is no larger. */
const gleamMax = 1 / 10;
/** In a* and b*: parts of one surface on both sides of a thing that stands before it. */
const sameColour = 9;
/** In L*: one of them may lie in the shade. */
const sameLightness = 40;

/**
 * Stage 1: the largest region that looks like one surface, with the other parts of it that a thing in front cuts off.
 *
 * @param mask - What the client has painted, white where paint goes, in place of what we would find.
 */
export async function segment(
  photo: Picture,
  mask: Plane | undefined,
  signal: AbortSignal,
): Promise<Paintable> {
  const found = mask ?? (await largestSurface(photo, signal));
  await breathe(signal);
  const radius = Math.max(2, Math.round(Math.max(photo.width, photo.height) / 160));
  return { mask: found, edges: guidedFilter(greyOf(photo), found, { radius, flat: 4e-4 }) };
}

async function largestSurface(photo: Picture, signal: AbortSignal): Promise<Plane> {
  const { width, height } = photo;
  const area = width * height;
  const lab = smooth(toLab(photo), photo, Math.max(1, Math.round(Math.max(width, height) / 300)));
  await breathe(signal);
  const regions = await growRegions(lab, photo, signal, { tolerance: 220, areaMin: area * speck });
  const alike = regionsLike(lab, regions, area * part);
  const first = Float32Array.from(regions.of, (region) => (alike.has(region) ? 1 : 0));
  let mask: Plane = { width, height, data: first };
  // What the regions have missed or taken too much of, by the colours that most of them have.
  const guide = greyOf(photo);
  for (let pass = 0; pass < 3; pass++) {
    const likely = guidedFilter(guide, likelihood(photo, mask), {
      radius: Math.round(width / 80) + 2,
      flat: 3e-3,
    });
    // Something else of the same colour was no part of it before: the inside of a cup upon the table.
    const surface = turnPatches(
      apply(likely, guide),
      1,
      (patch) => shareOf(patch, first) > 0.5 && patch.length > area * part,
    );
    const whole = withSoftNeighbours(surface, regions, lab, area * gleamMax);
    mask = turnPatches(whole, 0, (hole) => hole.length > area * part);
    await breathe(signal);
  }
  return mask;
}

/** How much of a patch is masked. */
function shareOf(patch: readonly number[], mask: Float32Array): number {
  return patch.reduce((sum, at) => sum + (mask[at] ?? 0), 0) / patch.length;
}

/** The largest region, and others of its colour: a thing that stands before a surface cuts it into parts. */
function regionsLike(lab: Float32Array, regions: Regions, areaMin: number): ReadonlySet<number> {
  const colours = meanColours(lab, regions.of);
  const [largest] = [...regions.areas].reduce((one, other) => (other[1] > one[1] ? other : one));
  const own = colours.get(largest);
  const isLike = (region: number) => {
    const other = colours.get(region);
    if (own === undefined || other === undefined) return false;
    return (
      Math.hypot(own.a - other.a, own.b - other.b) < sameColour && Math.abs(own.l - other.l) < sameLightness
    );
  };
  return new Set(
    [...regions.areas].filter(([region, area]) => area > areaMin && isLike(region)).map(([region]) => region),
  );
}

/** Grain and the finest pattern of a surface are no edges. */
function smooth(lab: Float32Array, { width, height }: Size, radius: number): Float32Array {
  const result = new Float32Array(lab.length);
  for (let channel = 0; channel < 3; channel++) {
    const data = Float32Array.from({ length: width * height }, (_, at) => lab[at * 3 + channel] ?? 0);
    const once = boxMean({ width, height, data }, radius);
    const twice = boxMean(once, radius);
    for (const [at, value] of twice.data.entries()) result[at * 3 + channel] = value;
  }
  return result;
}

function meanColours(lab: Float32Array, regionOf: Int32Array) {
  const sums = new Map<number, { l: number; a: number; b: number; count: number }>();
  for (const [at, region] of regionOf.entries()) {
    const sum = sums.get(region) ?? { l: 0, a: 0, b: 0, count: 0 };
    sum.l += lab[at * 3] ?? 0;
    sum.a += lab[at * 3 + 1] ?? 0;
    sum.b += lab[at * 3 + 2] ?? 0;
    sum.count += 1;
    sums.set(region, sum);
  }
  return new Map(
    [...sums].map(([region, { l, a, b, count }]) => [region, { l: l / count, a: a / count, b: b / count }]),
  );
}
