import type { Plane } from "./picture.ts";

/** The mean of the square of `2 * radius + 1` pixels around each pixel; at the border, of the part that is there. */
export function boxMean({ width, height, data }: Plane, radius: number): Plane {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) slide(data, rows, y * width, 1, width, radius);
  const means = new Float32Array(data.length);
  for (let x = 0; x < width; x++) slide(rows, means, x, width, height, radius);
  return { width, height, data: means };
}

/** One line of it: what enters the window is added, what leaves it taken away. */
function slide(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  let sum = 0;
  for (let at = 0; at < Math.min(radius, length); at++) sum += from[start + at * step] ?? 0;
  for (let at = 0; at < length; at++) {
    if (at + radius < length) sum += from[start + (at + radius) * step] ?? 0;
    if (at - radius > 0) sum -= from[start + (at - radius - 1) * step] ?? 0;
    const count = Math.min(length - 1, at + radius) - Math.max(0, at - radius) + 1;
    to[start + at * step] = sum / count;
  }
}
