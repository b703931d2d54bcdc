import { NodeIO } from "@gltf-transform/core";
import { toFbx } from "../fbx.ts";
import { toGlb } from "../glb.ts";
import type { Model } from "../model.ts";
import { toObjZip } from "./obj.ts";
import { toStl } from "./stl.ts";
import { type TextureWish, textureFilesOf } from "./texture-files.ts";
import { to3mf } from "./three-mf.ts";
import { toUsdz } from "./usdz.ts";

/** File formats of models. */
export const modelFormats = ["GLB", "GLTF", "FBX", "OBJ", "STL", "USDZ", "3MF"] as const;

/** One of {@link modelFormats}. */
export type ModelFormat = (typeof modelFormats)[number];

/** Ending and type of each format's file. OBJ comes in an archive with its materials. */
export const modelFiles: Record<ModelFormat, { readonly ending: string; readonly type: string }> = {
  GLB: { ending: "glb", type: "model/gltf-binary" },
  GLTF: { ending: "gltf", type: "model/gltf+json" },
  FBX: { ending: "fbx", type: "application/octet-stream" },
  OBJ: { ending: "zip", type: "application/zip" },
  STL: { ending: "stl", type: "model/stl" },
  USDZ: { ending: "usdz", type: "model/vnd.usdz+zip" },
  "3MF": { ending: "3mf", type: "model/3mf" },
};

/** Writes a model in any format. GLB, GLTF, OBJ and USDZ carry its textures; STL and 3MF cannot, our FBX does not. */
export async function writeModel(model: Model, format: ModelFormat, wish: TextureWish): Promise<Uint8Array> {
  switch (format) {
    case "GLB":
      return toGlb(model);
    case "GLTF":
      return withinOneFile(await toGlb(model));
    case "FBX":
      return toFbx(model);
    case "OBJ":
      return toObjZip(model, await textureFilesOf(model, wish));
    case "STL":
      return toStl(model);
    case "3MF":
      return to3mf(model);
    case "USDZ": {
      // The format knows these two only.
      const usable = wish.format === "png" ? wish : { ...wish, format: "jpeg" as const };
      return toUsdz(model, await textureFilesOf(model, usable));
    }
  }
}

/** glTF as JSON, with buffers and pictures as data URLs. */
async function withinOneFile(glb: Uint8Array): Promise<Uint8Array> {
  const io = new NodeIO();
  const { json, resources } = await io.writeJSON(await io.readBinary(glb));
  for (const item of [...(json.buffers ?? []), ...(json.images ?? [])]) {
    const bytes = resources[item.uri ?? ""];
    if (!bytes) continue;
    const type = "mimeType" in item ? item.mimeType : "application/octet-stream";
    item.uri = `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
  }
  return Buffer.from(JSON.stringify(json));
}
