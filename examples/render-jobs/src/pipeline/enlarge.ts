import type { Plane, Size } from "./picture.ts";

/** Fills in one row of a plane as if it had this size, between its own pixels by how near they are. */
export function enlarge(plane: Plane, { width, height }: Size): (y: number, row: Float32Array) => void {
  const places = Array.from({ length: width }, (_, x) => placeOf(x, width, plane.width));
  const lefts = Int32Array.from(places, ({ at }) => at);
  const parts = Float32Array.from(places, ({ part }) => part);
  return (y, row) => {
    const { at, part } = placeOf(y, height, plane.height);
    const above = at * plane.width;
    const below = Math.min(plane.height - 1, at + 1) * plane.width;
    for (let x = 0; x < width; x++) {
      const left = lefts[x] ?? 0;
      const right = Math.min(plane.width - 1, left + 1);
      const along = parts[x] ?? 0;
      const { data } = plane;
      const upper = (data[above + left] ?? 0) * (1 - along) + (data[above + right] ?? 0) * along;
      const lower = (data[below + left] ?? 0) * (1 - along) + (data[below + right] ?? 0) * along;
      row[x] = upper * (1 - part) + lower * part;
    }
  };
}

/** The pixel before it, and how far it is on the way to the next. */
function placeOf(place: number, large: number, small: number): { at: number; part: number } {
  const exact = Math.min(small - 1, Math.max(0, ((place + 0.5) * small) / large - 0.5));
  const at = Math.floor(exact);
  return { at, part: exact - at };
}
