import type { CheckedFile } from "@genbff/core";

/** Why a request will not be taken; nothing where it will. */
export type Refusal = { readonly field: string; readonly message: string } | undefined;

/** What a vendor takes of one picture. A limit that is left out is none. */
export interface PictureLimits {
  readonly contentTypes: readonly string[];
  readonly bytesMax?: number;
  readonly sideMin?: number;
  readonly sideMax?: number;
  readonly pixelsMin?: number;
  readonly pixelsMax?: number;
  /** The longer side by the shorter one. */
  readonly ratioMax?: number;
}

/** What almost every vendor takes. */
export const webPictures = ["image/png", "image/jpeg", "image/webp"] as const;

const names: Record<string, string> = { "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP" };

/** Says what a vendor will not take of a picture, and its limit. A size that nobody knows is left to the vendor. */
export function checkPicture(file: CheckedFile, limits: PictureLimits): Refusal {
  const message = complaint(file, limits);
  return message === undefined ? undefined : { field: file.field, message };
}

/** A mask covers its picture to the pixel: a stretched one would change what the user did not mark. */
export function checkMask(
  files: readonly CheckedFile[],
  imageField = "input_image_asset_url",
  maskField = "input_mask_asset_url",
): Refusal {
  const image = files.find(({ field }) => field === imageField);
  const mask = files.find(({ field }) => field === maskField);
  if (image?.width == null || image.height == null || mask?.width == null || mask.height == null)
    return undefined;
  if (mask.width === image.width && mask.height === image.height) return undefined;
  const message = `The mask must be as large as the picture: ${image.width} × ${image.height} pixels.`;
  return { field: maskField, message };
}

function complaint({ contentType, bytes, width, height }: CheckedFile, limits: PictureLimits) {
  const { contentTypes, bytesMax, ratioMax } = limits;
  if (!contentTypes.includes(contentType)) {
    const kinds = contentTypes.map((type) => names[type] ?? type);
    return `The picture must be one of: ${kinds.join(", ")}.`;
  }
  if (bytesMax !== undefined && bytes > bytesMax) {
    return `The picture must have ${bytesMax.toLocaleString("en-US")} bytes or fewer.`;
  }
  if (width === null || height === null) return undefined;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const { sideMin = 0, sideMax = long, pixelsMin = 0, pixelsMax = width * height } = limits;
  if (short < sideMin) return `Each side must have ${sideMin} pixels or more.`;
  if (long > sideMax) return `Each side must have ${sideMax.toLocaleString("en-US")} pixels or fewer.`;
  if (width * height < pixelsMin)
    return `The picture must have ${pixelsMin.toLocaleString("en-US")} pixels or more.`;
  if (width * height > pixelsMax)
    return `The picture must have ${pixelsMax.toLocaleString("en-US")} pixels or fewer.`;
  if (ratioMax !== undefined && long > short * ratioMax)
    return `The longer side must be at most ${ratioMax} times the shorter one.`;
  return undefined;
}
