import sharp from "sharp";

// One render at a time and one thread for it: what libvips keeps for the next picture is what a large one needs now.
sharp.cache(false);
sharp.concurrency(1);

/** Three bytes a pixel, rows from the top. */
export interface Picture extends Size {
  readonly data: Uint8Array;
}

/** One number a pixel, rows from the top. */
export interface Plane extends Size {
  readonly data: Float32Array;
}

/** A file that is no picture after all, found when it was decoded. The cause is what libvips says. */
export class Undecodable extends Error {
  override readonly name = "Undecodable";
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How large a picture is when it is looked at upright. */
export async function sizeOf(file: Uint8Array): Promise<Size> {
  const { autoOrient } = await readable(sharp(file).metadata());
  return { width: autoOrient.width, height: autoOrient.height };
}

/**
 * Decodes a file into a picture of this very size, upright, by Lanczos. A JPEG is made smaller while it is decoded: a
 * small copy of a large photo never has the large one in memory.
 */
export async function decode(file: Uint8Array, { width, height }: Size): Promise<Picture> {
  const decoded = sharp(file)
    .autoOrient()
    .flatten({ background: "#fff" })
    .toColourspace("srgb")
    .resize(width, height, { fit: "fill", kernel: "lanczos3" });
  const data = await readable(decoded.raw().toBuffer());
  return { width, height, data };
}

/** How bright a picture is, from 0 to 1, of this size: what a mask says. */
export async function decodeGrey(file: Uint8Array, { width, height }: Size): Promise<Plane> {
  const decoded = sharp(file)
    .autoOrient()
    .flatten({ background: "#000" })
    .resize(width, height, { fit: "fill" })
    .toColourspace("b-w");
  const bytes = await readable(decoded.raw().toBuffer());
  return { width, height, data: Float32Array.from(bytes, (byte) => byte / 255) };
}

async function readable<Result>(read: Promise<Result>): Promise<Result> {
  try {
    return await read;
  } catch (cause) {
    throw new Undecodable("an input cannot be decoded", { cause });
  }
}

export function encodePng({ data, width, height }: Picture): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 4 })
    .toBuffer();
}

/** The size with this longer side, never larger than it was. */
export function within({ width, height }: Size, longerSide: number): Size {
  const factor = Math.min(1, longerSide / Math.max(width, height));
  return scaled({ width, height }, factor);
}

export function scaled({ width, height }: Size, factor: number): Size {
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}
