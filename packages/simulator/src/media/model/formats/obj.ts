import { toZip, type ZipEntry } from "../../zip.ts";
import type { Model } from "../model.ts";
import { pointsOf, shortened, type TextureFile } from "./texture-files.ts";

/** Writes a model as Wavefront OBJ with its materials and textures, in one archive. */
export function toObjZip({ name, parts }: Model, textures: readonly (TextureFile | undefined)[]): Uint8Array {
  const obj: string[] = ["mtllib model.mtl", `o ${name}`];
  const mtl: string[] = [];
  let first = 1;
  for (const [index, { positions, normals, uvs, indices, material }] of parts.entries()) {
    for (const point of pointsOf(positions, 3)) obj.push(`v ${shortened(point)}`);
    // OBJ counts v from the bottom.
    for (const [u = 0, v = 0] of pointsOf(uvs, 2)) obj.push(`vt ${shortened([u, 1 - v])}`);
    for (const point of pointsOf(normals, 3)) obj.push(`vn ${shortened(point)}`);
    obj.push(`g ${material.name}`, `usemtl m${index}`);
    for (const face of pointsOf(indices, 3)) {
      obj.push(
        `f ${face.map((vertex) => `${vertex + first}/${vertex + first}/${vertex + first}`).join(" ")}`,
      );
    }
    first += positions.length / 3;
    const texture = textures[index];
    mtl.push(`newmtl m${index}`, `Kd ${shortened(material.colour.map((value) => value / 255))}`);
    if (texture) mtl.push(`map_Kd ${texture.name}`);
  }
  const entries: ZipEntry[] = [
    { name: "model.obj", bytes: Buffer.from(`${obj.join("\n")}\n`) },
    { name: "model.mtl", bytes: Buffer.from(`${mtl.join("\n")}\n`) },
  ];
  return toZip([...entries, ...textures.flatMap((texture) => texture ?? [])]);
}
