import { NodeIO, type Primitive } from "@gltf-transform/core";
import { decode } from "../../picture.ts";
import type { Material, Model, Part } from "../model.ts";

/** File formats that can be uploaded. */
export type UploadedFormat = "glb" | "gltf" | "fbx" | "obj" | "stl";

/** Tells a model file by its bytes; undefined for anything else. */
export function sniffModel(bytes: Uint8Array): UploadedFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096));
  const text = head.toString("latin1");
  if (text.startsWith("glTF")) return "glb";
  if (/^\s*\{/.test(text) && text.includes('"asset"')) return "gltf";
  if (text.startsWith("Kaydara FBX Binary") || text.startsWith("; FBX")) return "fbx";
  if (bytes.length >= 84 && bytes.length === 84 + 50 * head.readUInt32LE(80)) return "stl";
  if (/^solid\b[^\0]*\bfacet\b/.test(text)) return "stl";
  return /^v -?[\d.]+ -?[\d.]+ -?[\d.]+/m.test(text) ? "obj" : undefined;
}

/** Reads a binary glTF; undefined for a file that is broken. Other formats are not read: see the workshop. */
export async function readGlb(bytes: Uint8Array): Promise<Model | undefined> {
  try {
    const document = await new NodeIO().readBinary(bytes);
    const parts: Part[] = [];
    for (const node of document.getRoot().listNodes()) {
      for (const primitive of node.getMesh()?.listPrimitives() ?? []) {
        const part = await partOf(primitive, node.getWorldMatrix());
        if (part) parts.push(part);
      }
    }
    return parts.length > 0 ? { name: "imported", parts } : undefined;
  } catch {
    // What is wrong with it does not matter: the vendor says that it cannot be used.
    return undefined;
  }
}

async function partOf(primitive: Primitive, matrix: ArrayLike<number>): Promise<Part | undefined> {
  const points = primitive.getAttribute("POSITION");
  if (!points || primitive.getMode() !== 4) return undefined;
  const count = points.getCount();
  const positions = new Float32Array(count * 3);
  const normals = new Float32Array(count * 3);
  const uvs = new Float32Array(count * 2);
  const given = { normals: primitive.getAttribute("NORMAL"), uvs: primitive.getAttribute("TEXCOORD_0") };
  for (let vertex = 0; vertex < count; vertex++) {
    positions.set(transformed(points.getElement(vertex, []), matrix, 1), vertex * 3);
    normals.set(transformed(given.normals?.getElement(vertex, []) ?? [0, 1, 0], matrix, 0), vertex * 3);
    uvs.set(given.uvs?.getElement(vertex, []) ?? [0, 0], vertex * 2);
  }
  const order = primitive.getIndices()?.getArray() ?? Array.from({ length: count }, (_, at) => at);
  return { positions, normals, uvs, indices: Uint32Array.from(order), material: await materialOf(primitive) };
}

async function materialOf(primitive: Primitive): Promise<Material> {
  const look = primitive.getMaterial();
  const [red = 1, green = 1, blue = 1] = look?.getBaseColorFactor() ?? [];
  const byte = (value: number) => Math.round(255 * value ** (1 / 2.2));
  const image = look?.getBaseColorTexture()?.getImage();
  const texture = image ? await decode(image) : undefined;
  return {
    name: look?.getName() || "material",
    colour: [byte(red), byte(green), byte(blue)],
    roughness: look?.getRoughnessFactor() ?? 0.7,
    ...(texture ? { texture } : {}),
  };
}

/** A point (`w` 1) or a direction (`w` 0) by a matrix in columns. */
function transformed(point: readonly number[], matrix: ArrayLike<number>, w: 0 | 1): number[] {
  const [x = 0, y = 0, z = 0] = point;
  const at = (index: number) => matrix[index] ?? 0;
  return [0, 1, 2].map((row) => at(row) * x + at(row + 4) * y + at(row + 8) * z + at(row + 12) * w);
}
