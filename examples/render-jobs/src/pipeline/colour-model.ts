import { linear, luminanceAt } from "./colour.ts";
import type { Picture, Plane } from "./picture.ts";

const side = 20;

/**
 * How likely each pixel belongs to the masked surface by its colour alone, from 0 to 1: how often its colour, or one
 * nearly the same, is inside the mask and how often outside. A colour is what a shadow leaves as it is: the ratios of red, green and blue.
 */
export function likelihood({ data: photo }: Picture, mask: Plane): Plane {
  const bins = Int32Array.from(mask.data, (_, at) => binOf(photo, at * 3));
  const [inside, outside] = [new Float32Array(side ** 3), new Float32Array(side ** 3)];
  for (const [at, bin] of bins.entries()) {
    const counts = (mask.data[at] ?? 0) > 0.5 ? inside : outside;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const [near, far] = [spread(inside), spread(outside)];
  const data = Float32Array.from(
    bins,
    (bin) => ((near[bin] ?? 0) + 0.5) / ((near[bin] ?? 0) + (far[bin] ?? 0) + 1),
  );
  return { width: mask.width, height: mask.height, data };
}

function binOf(photo: Uint8Array, at: number): number {
  const [red, green, blue] = [logAt(photo, at), logAt(photo, at + 1), logAt(photo, at + 2)];
  const light = stepOf(Math.cbrt(luminanceAt(photo, at)) * 8);
  return (light * side + stepOf((red - green) * 4 + side / 2)) * side + stepOf((blue - green) * 4 + side / 2);
}

/** Of nearly no light there is no ratio. */
function logAt(photo: Uint8Array, at: number): number {
  return Math.log((linear[photo[at] ?? 0] ?? 0) + 0.008);
}

function stepOf(value: number): number {
  return Math.min(side - 1, Math.max(0, Math.floor(value)));
}

/** A colour that was seen makes its neighbours likelier. */
function spread(counts: Float32Array): Float32Array {
  let from = counts;
  for (const step of [1, side, side * side])
    from = from.map((count, bin) => 0.5 * count + 0.25 * ((from[bin - step] ?? 0) + (from[bin + step] ?? 0)));
  return from;
}
