import { boxMean } from "./blur.ts";
import type { Plane } from "./picture.ts";

/** What a guided filter has learned: a value is `slope * guide + offset`, at any resolution of the guide. */
export interface Guided {
  readonly slope: Plane;
  readonly offset: Plane;
}

/**
 * The guided filter of He, Sun and Tang (2010): smooths `values`, but for where the guide has an edge. Its slopes and
 * offsets can be used on a larger guide than they were learned from, and edges then follow the larger one.
 *
 * @param options.weights - Pixels of weight 0 say nothing about their neighbours.
 * @param options.flat - The variance of the guide from which on something is an edge.
 */
export function guidedFilter(
  guide: Plane,
  values: Plane,
  options: { readonly radius: number; readonly flat: number; readonly weights?: Plane },
): Guided {
  const { radius, flat, weights } = options;
  const mean = (plane: Plane) =>
    weights === undefined ? boxMean(plane, radius) : weightedMean(plane, weights, radius);
  const guideMean = mean(guide);
  const valueMean = mean(values);
  const squares = mean(times(guide, guide));
  const products = mean(times(guide, values));
  const slope = empty(guide);
  const offset = empty(guide);
  for (let at = 0; at < guide.data.length; at++) {
    const g = guideMean.data[at] ?? 0;
    const v = valueMean.data[at] ?? 0;
    const variance = Math.max(0, (squares.data[at] ?? 0) - g * g);
    const s = ((products.data[at] ?? 0) - g * v) / (variance + flat);
    slope.data[at] = s;
    offset.data[at] = v - s * g;
  }
  return { slope: mean(slope), offset: mean(offset) };
}

/** What the filter makes of a guide of the same size. */
export function apply({ slope, offset }: Guided, guide: Plane): Plane {
  const result = empty(guide);
  for (let at = 0; at < result.data.length; at++)
    result.data[at] = (slope.data[at] ?? 0) * (guide.data[at] ?? 0) + (offset.data[at] ?? 0);
  return result;
}

/** The mean around each pixel, of those that have a weight. */
export function weightedMean(plane: Plane, weights: Plane, radius: number): Plane {
  const totals = boxMean(weights, radius);
  const sums = boxMean(times(plane, weights), radius);
  for (let at = 0; at < sums.data.length; at++)
    sums.data[at] = (sums.data[at] ?? 0) / Math.max(1e-6, totals.data[at] ?? 0);
  return sums;
}

function times(a: Plane, b: Plane): Plane {
  const product = empty(a);
  for (let at = 0; at < product.data.length; at++) product.data[at] = (a.data[at] ?? 0) * (b.data[at] ?? 0);
  return product;
}

function empty({ width, height }: Plane): Plane {
  return { width, height, data: new Float32Array(width * height) };
}
