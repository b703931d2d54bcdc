import { breathe } from "./bands.ts";
import type { Size } from "./picture.ts";

/** Every pixel with the number of its region, and for each region how many pixels it has. */
export interface Regions {
  readonly of: Int32Array;
  readonly areas: ReadonlyMap<number, number>;
}

/** Differences beyond it are all the same to us: then they sort in one pass. */
const differenceMax = 60;
const shelves = 2048;

/**
 * Grows regions by the method of Felzenszwalb and Huttenlocher (2004): neighbours join, the most alike first, where the
 * step between them is no larger than what is usual inside both. A rough surface may vary, a smooth one may not.
 *
 * @param lab - Three numbers a pixel; a shadow changes the first and hardly the others, so the first counts less.
 * @param options.tolerance - The larger, the larger the regions.
 * @param options.areaMin - Smaller ones join their nearest neighbour, in pixels.
 */
export async function growRegions(
  lab: Float32Array,
  { width, height }: Size,
  signal: AbortSignal,
  options: { readonly tolerance: number; readonly areaMin: number },
): Promise<Regions> {
  const count = width * height;
  const edges = await sortedEdges(lab, { width, height }, signal);
  const parent = Int32Array.from({ length: count }, (_, at) => at);
  const areas = new Int32Array(count).fill(1);
  const inside = new Float32Array(count);
  const find = (start: number) => {
    let at = start;
    for (let up = parent[at] ?? 0; up !== at; up = parent[at] ?? 0) {
      parent[at] = parent[up] ?? 0;
      at = parent[at] ?? 0;
    }
    return at;
  };
  const join = (a: number, b: number, difference: number) => {
    const [large, small] = (areas[a] ?? 0) >= (areas[b] ?? 0) ? [a, b] : [b, a];
    parent[small] = large;
    areas[large] = (areas[large] ?? 0) + (areas[small] ?? 0);
    inside[large] = difference;
  };
  const usual = (region: number) => (inside[region] ?? 0) + options.tolerance / (areas[region] ?? 1);

  const eachPair = async (mayJoin: (a: number, b: number, difference: number) => boolean) => {
    for (let place = 0; place < edges.length; place++) {
      if (place % 100_000 === 0) await breathe(signal);
      const edge = edges[place] ?? 0;
      const a = find(edge >> 1);
      const b = find((edge >> 1) + (edge & 1 ? width : 1));
      if (a === b) continue;
      const difference = differenceAt(lab, edge >> 1, (edge >> 1) + (edge & 1 ? width : 1));
      if (mayJoin(a, b, difference)) join(a, b, difference);
    }
  };
  await eachPair((a, b, difference) => difference <= Math.min(usual(a), usual(b)));
  await eachPair((a, b) => Math.min(areas[a] ?? 0, areas[b] ?? 0) < options.areaMin);

  const of = Int32Array.from({ length: count }, (_, at) => find(at));
  return { of, areas: new Map([...new Set(of)].map((region) => [region, areas[region] ?? 0])) };
}

/** How far apart two pixels look. */
function differenceAt(lab: Float32Array, at: number, other: number): number {
  const l = ((lab[at * 3] ?? 0) - (lab[other * 3] ?? 0)) * 0.6;
  const a = (lab[at * 3 + 1] ?? 0) - (lab[other * 3 + 1] ?? 0);
  const b = (lab[at * 3 + 2] ?? 0) - (lab[other * 3 + 2] ?? 0);
  return Math.sqrt(l * l + a * a + b * b);
}

/** Every pair of neighbours, the most alike first: twice the pixel's place, and 1 more where the other is below it. */
async function sortedEdges(
  lab: Float32Array,
  { width, height }: Size,
  signal: AbortSignal,
): Promise<Int32Array> {
  const shelfOf = (at: number, other: number) =>
    Math.min(shelves - 1, Math.floor((differenceAt(lab, at, other) / differenceMax) * shelves));
  const eachEdge = (visit: (edge: number, shelf: number) => void) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (x + 1 < width) visit(at * 2, shelfOf(at, at + 1));
        if (y + 1 < height) visit(at * 2 + 1, shelfOf(at, at + width));
      }
  };
  const starts = new Int32Array(shelves + 1);
  eachEdge((_edge, shelf) => {
    starts[shelf + 1] = (starts[shelf + 1] ?? 0) + 1;
  });
  await breathe(signal);
  for (let shelf = 0; shelf < shelves; shelf++)
    starts[shelf + 1] = (starts[shelf + 1] ?? 0) + (starts[shelf] ?? 0);
  const sorted = new Int32Array(starts[shelves] ?? 0);
  eachEdge((edge, shelf) => {
    const place = starts[shelf] ?? 0;
    sorted[place] = edge;
    starts[shelf] = place + 1;
  });
  await breathe(signal);
  return sorted;
}
