import sharp, { type Sharp } from "sharp";

/** Raw pixels, four bytes each: red, green, blue, alpha. */
export interface Picture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** File formats of pictures. */
export type PictureFormat = "png" | "jpeg" | "webp";

/** Wraps pixels for sharp. */
export function open({ data, width, height }: Picture): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** Renders what sharp holds to raw pixels. */
export async function toPicture(image: Sharp): Promise<Picture> {
  const { data, info } = await image
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/**
 * Decodes a picture file, upright by its orientation tag.
 *
 * Returns undefined for anything that is not a whole file of one of the formats, by default PNG, JPEG and WebP.
 */
export async function decode(
  bytes: Uint8Array,
  formats: readonly string[] = ["png", "jpeg", "webp"],
): Promise<Picture | undefined> {
  try {
    const image = sharp(bytes, { failOn: "truncated", limitInputPixels: 100_000_000 });
    const { format } = await image.metadata();
    if (!formats.includes(format)) return undefined;
    return await toPicture(image.autoOrient());
  } catch {
    return undefined;
  }
}

/** Whether a file is a PNG that can be transparent somewhere: what masks must be. */
export async function isPngWithAlpha(bytes: Uint8Array): Promise<boolean> {
  try {
    const { format, hasAlpha } = await sharp(bytes).metadata();
    return format === "png" && hasAlpha;
  } catch {
    return false;
  }
}

/** Scales to exactly this size; what does not fit the proportions is cut off at the edges. */
export async function scaleTo(picture: Picture, width: number, height: number): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture;
  return toPicture(open(picture).resize(width, height, { fit: "cover" }));
}

/** Scales down until neither side is over `longest`. */
export async function shrinkTo(picture: Picture, longest: number): Promise<Picture> {
  if (Math.max(picture.width, picture.height) <= longest) return picture;
  return toPicture(open(picture).resize(longest, longest, { fit: "inside" }));
}

const packed = new WeakMap<Picture, Map<string, Promise<Buffer>>>();

/** Encodes a picture file, once for each form. `quality` (0 to 100) counts for JPEG and WebP. */
export function encode(picture: Picture, format: PictureFormat, quality = 90): Promise<Buffer> {
  const forms = packed.get(picture) ?? new Map<string, Promise<Buffer>>();
  packed.set(picture, forms);
  const form = `${format} ${quality}`;
  const known = forms.get(form) ?? pack(picture, format, quality);
  forms.set(form, known);
  return known;
}

function pack(picture: Picture, format: PictureFormat, quality: number): Promise<Buffer> {
  const image = open(picture);
  if (format === "png") return image.png({ compressionLevel: 5 }).toBuffer();
  if (format === "webp") return image.webp({ quality: Math.max(1, quality), effort: 2 }).toBuffer();
  return image
    .flatten({ background: "#ffffff" })
    .jpeg({ quality: Math.max(1, quality) })
    .toBuffer();
}

/** Average colour of the visible pixels. */
export function averageColour({ data }: Picture): readonly [number, number, number] {
  let [red, green, blue, weight] = [0, 0, 0, 0.001];
  for (let at = 0; at < data.length; at += 64) {
    const alpha = data[at + 3] ?? 0;
    red += (data[at] ?? 0) * alpha;
    green += (data[at + 1] ?? 0) * alpha;
    blue += (data[at + 2] ?? 0) * alpha;
    weight += alpha;
  }
  return [red / weight, green / weight, blue / weight];
}
