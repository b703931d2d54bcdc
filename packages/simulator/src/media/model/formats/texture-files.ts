import { open, type Picture } from "../../picture.ts";
import type { Model } from "../model.ts";

/** A texture as a file beside or inside a model. */
export interface TextureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How textures are written. */
export interface TextureWish {
  readonly format: "jpeg" | "png" | "webp" | "tiff";
  /** Longest side, in pixels. */
  readonly longest: number;
}

const endings = { jpeg: "jpg", png: "png", webp: "webp", tiff: "tif" };

/** The texture of each part, undefined for parts without one. */
export function textureFilesOf(
  { parts }: Model,
  { format, longest }: TextureWish,
): Promise<(TextureFile | undefined)[]> {
  const write = async (picture: Picture, index: number) => {
    const fitted = open(picture).resize(longest, longest, { fit: "inside", withoutEnlargement: true });
    const bytes = await fitted.flatten({ background: "#ffffff" }).toFormat(format).toBuffer();
    return { name: `texture-${index}.${endings[format]}`, bytes };
  };
  return Promise.all(
    parts.map(({ material }, index) => (material.texture ? write(material.texture, index) : undefined)),
  );
}

/** Cuts a flat list of numbers into points. */
export function pointsOf(numbers: Float32Array | Uint32Array, size: number): number[][] {
  return Array.from({ length: numbers.length / size }, (_, at) =>
    Array.from(numbers.subarray(at * size, at * size + size)),
  );
}

/** Numbers as text, with a hundredth of a millimetre. */
export function shortened(numbers: readonly number[], between = " "): string {
  return numbers.map((value) => Math.round(value * 1e5) / 1e5).join(between);
}
