import { Document, NodeIO } from "@gltf-transform/core";
import { encode } from "../picture.ts";
import type { Model, Part } from "./model.ts";

type Numbers = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Writes a model as binary glTF: one mesh, a primitive for each part, textures as JPEG inside the file. */
export async function toGlb({ name, parts }: Model): Promise<Uint8Array> {
  const document = new Document();
  document.getRoot().getAsset().generator = "genbff";
  const buffer = document.createBuffer();
  const mesh = document.createMesh(name);
  for (const { positions, normals, uvs, indices, material } of parts) {
    const accessor = (type: "VEC2" | "VEC3" | "SCALAR", array: Numbers) =>
      document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
    const look = document
      .createMaterial(material.name)
      .setRoughnessFactor(material.roughness)
      .setMetallicFactor(0);
    const primitive = document
      .createPrimitive()
      .setAttribute("POSITION", accessor("VEC3", positions))
      .setAttribute("NORMAL", accessor("VEC3", normals))
      .setIndices(accessor("SCALAR", positions.length / 3 < 65_536 ? Uint16Array.from(indices) : indices))
      .setMaterial(look);
    if (material.texture) {
      const image = await encode(material.texture, "jpeg", 88);
      const texture = document.createTexture(material.name).setImage(image).setMimeType("image/jpeg");
      look.setBaseColorTexture(texture);
      primitive.setAttribute("TEXCOORD_0", accessor("VEC2", uvs));
    } else {
      look.setBaseColorFactor([...linear(material.colour), 1]);
    }
    mesh.addPrimitive(primitive);
  }
  const node = document.createNode(name).setMesh(mesh);
  document.createScene(name).addChild(node);
  return new NodeIO().writeBinary(document);
}

/** Colour factors of glTF are linear, pixels are not. */
function linear(colour: Part["material"]["colour"]): [number, number, number] {
  const [red, green, blue] = colour;
  const convert = (value: number) => (value / 255) ** 2.2;
  return [convert(red), convert(green), convert(blue)];
}
