/** What a stored file is, as far as prices, limits and screens care. An image has pixels; a vector drawing has none. */
export type MediaKind = "image" | "vector" | "model";

/** One kind of file that we store. */
export interface MediaType {
  readonly contentType: string;
  readonly kind: MediaKind;
  readonly extension: string;
}

export const png: MediaType = { contentType: "image/png", kind: "image", extension: "png" };
export const jpeg: MediaType = { contentType: "image/jpeg", kind: "image", extension: "jpg" };
export const webp: MediaType = { contentType: "image/webp", kind: "image", extension: "webp" };
export const svg: MediaType = { contentType: "image/svg+xml", kind: "vector", extension: "svg" };
export const glb: MediaType = { contentType: "model/gltf-binary", kind: "model", extension: "glb" };
export const fbx: MediaType = {
  contentType: "application/vnd.autodesk.fbx",
  kind: "model",
  extension: "fbx",
};
export const obj: MediaType = { contentType: "model/obj", kind: "model", extension: "obj" };
export const stl: MediaType = { contentType: "model/stl", kind: "model", extension: "stl" };
export const usdz: MediaType = { contentType: "model/vnd.usdz+zip", kind: "model", extension: "usdz" };
export const threeMf: MediaType = { contentType: "model/3mf", kind: "model", extension: "3mf" };
/** A model of several files: glTF or OBJ with its materials and textures. */
export const modelZip: MediaType = { contentType: "application/zip", kind: "model", extension: "zip" };

const all = [png, jpeg, webp, svg, glb, fbx, obj, stl, usdz, threeMf, modelZip];

/** What may be brought along as an input. Packages are only ever made here. */
export const inputTypes: readonly MediaType[] = [png, jpeg, webp, glb, fbx, obj, stl];

/** Everything that a file of this kind may be. */
export function typesOf(kind: MediaKind): readonly MediaType[] {
  return all.filter((type) => type.kind === kind);
}

/** Every extension that a file of this kind may end up with: what its bytes are is known only once they arrive. */
export function extensionsOf(kind: MediaKind): readonly string[] {
  return typesOf(kind).map((type) => type.extension);
}
