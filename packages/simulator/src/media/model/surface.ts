import type { Material, Part } from "./model.ts";

/** A place in space. */
export type Vector = readonly [number, number, number];

/** A sheet that is bent into shape: where each of its points lies. */
export interface Sheet {
  /** Squares along u and v. */
  readonly columns: number;
  readonly rows: number;
  /** Position for u and v between 0 and 1. */
  readonly at: (u: number, v: number) => Vector;
  /** Place in the texture; default u and v, v counted from the top. */
  readonly uvAt?: (u: number, v: number) => readonly [number, number];
}

/**
 * Bends a sheet into a part with smooth normals.
 *
 * Seen from outside u runs to the right and v upwards. Points that meet, as at a seam, share a normal,
 * so that no line shows; triangles without an area, as at a pole, are left out.
 */
export function bend({ columns, rows, at, uvAt }: Sheet, material: Material): Part {
  const count = (columns + 1) * (rows + 1);
  const positions = new Float32Array(count * 3);
  const uvs = new Float32Array(count * 2);
  for (let row = 0, vertex = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++, vertex++) {
      const [u, v] = [column / columns, row / rows];
      positions.set(at(u, v), vertex * 3);
      uvs.set(uvAt ? uvAt(u, v) : [u, 1 - v], vertex * 2);
    }
  }
  const welded = weld(positions);
  const indices: number[] = [];
  const add = (a: number, b: number, c: number) => {
    const [p, q, r] = [welded[a], welded[b], welded[c]];
    if (p !== q && q !== r && r !== p) indices.push(a, b, c);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const a = row * (columns + 1) + column;
      const above = a + columns + 1;
      add(a, a + 1, above + 1);
      add(a, above + 1, above);
    }
  }
  const normals = smoothNormals(positions, indices, welded);
  return { positions, normals, uvs, indices: Uint32Array.from(indices), material };
}

/** Gives points in one place the number of the first of them. */
function weld(positions: Float32Array): Uint32Array {
  const firsts = new Map<string, number>();
  const welded = new Uint32Array(positions.length / 3);
  for (let vertex = 0; vertex < welded.length; vertex++) {
    const key = [0, 1, 2].map((axis) => Math.round((positions[vertex * 3 + axis] ?? 0) * 1e5)).join();
    const first = firsts.get(key) ?? vertex;
    firsts.set(key, first);
    welded[vertex] = first;
  }
  return welded;
}

function smoothNormals(
  positions: Float32Array,
  indices: readonly number[],
  welded: Uint32Array,
): Float32Array<ArrayBuffer> {
  const sums = new Float32Array(positions.length);
  const point = (vertex: number): Vector => [
    positions[vertex * 3] ?? 0,
    positions[vertex * 3 + 1] ?? 0,
    positions[vertex * 3 + 2] ?? 0,
  ];
  for (let at = 0; at < indices.length; at += 3) {
    const corners = [indices[at] ?? 0, indices[at + 1] ?? 0, indices[at + 2] ?? 0] as const;
    const [a, b, c] = [point(corners[0]), point(corners[1]), point(corners[2])];
    const face = cross(subtract(b, a), subtract(c, a));
    for (const corner of corners) {
      const base = (welded[corner] ?? corner) * 3;
      for (let axis = 0; axis < 3; axis++) sums[base + axis] = (sums[base + axis] ?? 0) + (face[axis] ?? 0);
    }
  }
  const normals = new Float32Array(positions.length);
  for (let vertex = 0; vertex < welded.length; vertex++) {
    const base = (welded[vertex] ?? 0) * 3;
    const sum: Vector = [sums[base] ?? 0, sums[base + 1] ?? 0, sums[base + 2] ?? 0];
    const length = Math.hypot(...sum);
    normals.set(length > 0 ? sum.map((value) => value / length) : [0, 1, 0], vertex * 3);
  }
  return normals;
}

function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
