import type { Material, Part } from "./model.ts";
import { bend } from "./surface.ts";

/** A point of a profile: distance from the axis, and height. */
export type ProfilePoint = readonly [number, number];

/** How finely a turned part is cut. */
export interface Cut {
  readonly segments: number;
  readonly rows: number;
}

/** Turns a profile around the y axis. The profile runs from the foot, up the outside, and back inside. */
export function turn(profile: readonly ProfilePoint[], { segments, rows }: Cut, material: Material): Part {
  const curve = smoothCurve(profile, rows);
  return bend(
    {
      columns: segments,
      rows,
      at(u, v) {
        const [radius, height] = curve[Math.round(v * rows)] ?? [0, 0];
        const angle = -Math.PI / 2 + u * Math.PI * 2;
        return [Math.cos(angle) * radius, height, -Math.sin(angle) * radius];
      },
    },
    material,
  );
}

/** Cuts an amount of triangles into segments and rows, more of them around than along. */
export function cutFor(triangles: number): Cut {
  const segments = Math.max(6, Math.min(128, Math.round(Math.sqrt(triangles * 0.55))));
  return { segments, rows: Math.max(4, Math.min(120, Math.round(triangles / 2 / segments))) };
}

/** Points at even steps along a Catmull-Rom curve through the profile. */
function smoothCurve(points: readonly ProfilePoint[], steps: number): ProfilePoint[] {
  const at = (index: number) => points[Math.max(0, Math.min(points.length - 1, index))] ?? [0, 0];
  const fine: ProfilePoint[] = [];
  const perSpan = 24;
  for (let span = 0; span < points.length - 1; span++) {
    for (let step = 0; step < perSpan; step++) {
      fine.push(catmullRom(at(span - 1), at(span), at(span + 1), at(span + 2), step / perSpan));
    }
  }
  fine.push(at(points.length - 1));
  const lengths = [0];
  for (let index = 1; index < fine.length; index++) {
    const [a, b] = [fine[index - 1] ?? [0, 0], fine[index] ?? [0, 0]];
    lengths.push((lengths[index - 1] ?? 0) + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  const whole = lengths.at(-1) ?? 1;
  let cursor = 0;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const wanted = (whole * step) / steps;
    while (cursor < fine.length - 2 && (lengths[cursor + 1] ?? 0) < wanted) cursor++;
    const [from, to] = [lengths[cursor] ?? 0, lengths[cursor + 1] ?? 1];
    const share = to > from ? Math.min(1, (wanted - from) / (to - from)) : 0;
    const [a, b] = [fine[cursor] ?? [0, 0], fine[cursor + 1] ?? [0, 0]];
    return [Math.max(0, a[0] + (b[0] - a[0]) * share), a[1] + (b[1] - a[1]) * share];
  });
}

function catmullRom(
  a: ProfilePoint,
  b: ProfilePoint,
  c: ProfilePoint,
  d: ProfilePoint,
  t: number,
): ProfilePoint {
  const blend = (axis: 0 | 1) =>
    0.5 *
    (2 * b[axis] +
      (c[axis] - a[axis]) * t +
      (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t * t +
      (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t * t * t);
  return [Math.max(0, blend(0)), blend(1)];
}
