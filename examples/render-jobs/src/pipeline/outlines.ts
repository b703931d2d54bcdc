import type { Plane } from "./picture.ts";
import type { Regions } from "./regions.ts";

/** A gleam or a shadow has no outline: within these pixels, L*a*b* changes less than at the edge of a thing. */
const reach = 3;
const softStep = 16;
/** Of a region's own extent: it must lie along the surface, and not touch it in passing. */
const alongMin = 0.6;
/** What of it may be masked already: of a region on both sides of an edge, colours have told the sides apart. */
const insideMax = 0.3;

/**
 * Adds to a mask the regions beside it that no outline parts from it: the surface goes on there, in another light.
 *
 * @param lab - Three numbers a pixel.
 * @param areaMax - A larger region is a surface of its own, in pixels.
 */
export function withSoftNeighbours(mask: Plane, regions: Regions, lab: Float32Array, areaMax: number): Plane {
  const { width, height, data } = mask;
  const rims = new Map<number, { sum: number; count: number }>();
  const look = (at: number, other: number, step: number) => {
    if (data[at] === data[other]) return;
    const [first, last] = [at - step * (reach - 1), other + step * (reach - 1)];
    if (first < 0 || last >= data.length) return;
    const region = regions.of[data[at] === 1 ? other : at] ?? 0;
    const rim = rims.get(region) ?? { sum: 0, count: 0 };
    for (const channel of [0, 1, 2])
      rim.sum += ((lab[first * 3 + channel] ?? 0) - (lab[last * 3 + channel] ?? 0)) ** 2;
    rim.count += 1;
    rims.set(region, rim);
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x >= reach && x + reach < width) look(at, at + 1, 1);
      if (y + 1 < height) look(at, at + width, width);
    }
  const inside = new Map<number, number>();
  for (const [at, region] of regions.of.entries())
    inside.set(region, (inside.get(region) ?? 0) + (data[at] ?? 0));
  const soft = new Set(
    [...rims]
      .filter(([region, { sum, count }]) => {
        const area = regions.areas.get(region) ?? 0;
        if (area > areaMax || (inside.get(region) ?? 0) > area * insideMax) return false;
        return count > alongMin * Math.sqrt(area) && Math.sqrt(sum / count) < softStep;
      })
      .map(([region]) => region),
  );
  return { width, height, data: data.map((part, at) => (soft.has(regions.of[at] ?? 0) ? 1 : part)) };
}
