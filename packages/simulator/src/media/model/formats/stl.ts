import type { Model } from "../model.ts";
import { pointsOf } from "./texture-files.ts";

const headBytes = 84;
const faceBytes = 50;

/** Writes a model as binary STL: triangles and nothing else, z up as printers have it. */
export function toStl({ parts }: Model): Uint8Array {
  const faces = parts.flatMap(({ positions, indices }) => {
    const points = pointsOf(positions, 3).map(([x = 0, y = 0, z = 0]) => [x, -z, y] as const);
    return pointsOf(indices, 3).map((face) => face.map((vertex) => points[vertex] ?? ([0, 0, 0] as const)));
  });
  const bytes = Buffer.alloc(headBytes + faces.length * faceBytes);
  bytes.write("binary STL");
  bytes.writeUInt32LE(faces.length, 80);
  for (const [index, corners] of faces.entries()) {
    // The normal is left at nought: readers work it out from the corners.
    const at = headBytes + index * faceBytes + 12;
    for (const [corner, point] of corners.entries()) {
      for (const [axis, value] of point.entries()) bytes.writeFloatLE(value, at + corner * 12 + axis * 4);
    }
  }
  return bytes;
}
