/** A corner of an outline, in pixels. */
export type Corner = readonly [number, number];

/**
 * Walks around every area of set pixels.
 *
 * @returns closed outlines along the pixels' sides, holes turned the other way, so that `evenodd` fills them rightly.
 */
export function outlinesOf(
  isSet: (x: number, y: number) => boolean,
  width: number,
  height: number,
): Corner[][] {
  // Sides with the area on their right hand, by the corner where they begin.
  const sides = new Map<number, number[]>();
  const wide = width + 1;
  const add = (fromX: number, fromY: number, toX: number, toY: number) => {
    const from = fromY * wide + fromX;
    const ends = sides.get(from);
    if (ends) ends.push(toY * wide + toX);
    else sides.set(from, [toY * wide + toX]);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isSet(x, y)) continue;
      if (y === 0 || !isSet(x, y - 1)) add(x, y, x + 1, y);
      if (x === width - 1 || !isSet(x + 1, y)) add(x + 1, y, x + 1, y + 1);
      if (y === height - 1 || !isSet(x, y + 1)) add(x + 1, y + 1, x, y + 1);
      if (x === 0 || !isSet(x - 1, y)) add(x, y + 1, x, y);
    }
  }
  const outlines: Corner[][] = [];
  for (const [start, ends] of sides) {
    while (ends.length > 0) {
      const outline: Corner[] = [];
      let at = start;
      for (let next = sides.get(at)?.pop(); next !== undefined; next = sides.get(at)?.pop()) {
        outline.push([at % wide, Math.floor(at / wide)]);
        at = next;
        if (at === start) break;
      }
      outlines.push(outline);
    }
  }
  return outlines;
}

/** Leaves out corners that are nearer than `tolerance` to the line between those that stay (Douglas and Peucker). */
export function simplified(walked: readonly Corner[], tolerance: number): Corner[] {
  // The walk may have begun in the middle of a side; what is farthest from there is a corner for certain.
  const begin = farthestFrom(walked, 0);
  const outline = [...walked.slice(begin), ...walked.slice(0, begin)];
  const [first] = outline;
  if (!first) return [];
  const far = farthestFrom(outline, 0);
  const keep = new Uint8Array(outline.length + 1);
  const closed = [...outline, first];
  keep[0] = 1;
  keep[far] = 1;
  const spans: [number, number][] = [
    [0, far],
    [far, outline.length],
  ];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    const farthest = farthestFromLine(closed, from, to);
    if (farthest.distance <= tolerance) continue;
    keep[farthest.index] = 1;
    spans.push([from, farthest.index], [farthest.index, to]);
  }
  return outline.filter((_, index) => keep[index] === 1);
}

function farthestFrom(outline: readonly Corner[], index: number): number {
  const [fromX, fromY] = outline[index] ?? [0, 0];
  const distances = outline.map(([x, y]) => (x - fromX) ** 2 + (y - fromY) ** 2);
  let far = 0;
  for (const [at, distance] of distances.entries()) if (distance > (distances[far] ?? 0)) far = at;
  return far;
}

function farthestFromLine(corners: readonly Corner[], from: number, to: number) {
  const [[ax, ay], [bx, by]] = [corners[from] ?? [0, 0], corners[to] ?? [0, 0]];
  const length = Math.max(1e-9, Math.hypot(bx - ax, by - ay));
  let [index, distance] = [from, 0];
  for (let at = from + 1; at < to; at++) {
    const [x, y] = corners[at] ?? [0, 0];
    const away = Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
    if (away > distance) [index, distance] = [at, away];
  }
  return { index, distance };
}
