import type { Rgb } from "../colour.ts";
import type { Picture } from "../picture.ts";

/** How a part looks. */
export interface Material {
  readonly name: string;
  /** Plain colour, used where there is no texture. */
  readonly colour: Rgb;
  readonly texture?: Picture;
  /** 0 is a mirror, 1 is chalk. */
  readonly roughness: number;
}

/** A mesh of triangles with one material, in metres, y up, its front towards +z. */
export interface Part {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly normals: Float32Array<ArrayBuffer>;
  readonly uvs: Float32Array<ArrayBuffer>;
  readonly indices: Uint32Array<ArrayBuffer>;
  readonly material: Material;
}

/** A whole object. */
export interface Model {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** What every model is asked for. */
export interface ModelWish {
  readonly seed: string;
  /** Most triangles it may have, roughly. */
  readonly faceLimit: number | undefined;
  /** False for plain material instead of a texture. */
  readonly texture: boolean;
}
