import sharp from "sharp";
import { fetchLocal } from "../../media/fetch-local.ts";
import { decode, type Picture, toPicture } from "../../media/picture.ts";
import type { RequestBody } from "../../request.ts";
import { textOf } from "./parameters.ts";
import { invalid, Refusal } from "./refusal.ts";

/** What an endpoint takes as a picture. */
export interface PictureRule {
  /** Names of the part in a form. */
  readonly parts: readonly string[];
  readonly pixelsMax: number;
  readonly sideMin: number;
}

/** A picture that was sent. */
export interface SentPicture extends Picture {
  /** True for SVG. */
  readonly drawn: boolean;
}

const bytesMax = 10 * 1024 * 1024;
const sideMax = 4096;
const million = 1024 * 1024;

/** The rules of the endpoints. */
export const pictureRules = {
  changed: { parts: ["image"], pixelsMax: 16 * million, sideMin: 256 },
  /** Guide and live calls name the part `file`, the OpenAPI document `image`. */
  processed: { parts: ["file", "image"], pixelsMax: 16 * million, sideMin: 256 },
  crisp: { parts: ["file", "image"], pixelsMax: 4 * million, sideMin: 32 },
  erased: { parts: ["image"], pixelsMax: 4 * million, sideMin: 32 },
} as const satisfies Record<string, PictureRule>;

/**
 * Finds and checks the picture of a request: a part of a form, or `image_url` in JSON.
 *
 * @throws Refusal - none, unreadable, or out of bounds.
 */
export async function readPicture(body: RequestBody, rule: PictureRule): Promise<SentPicture> {
  const bytes = await bytesOf(body, "image", rule.parts);
  if (bytes.length >= bytesMax)
    throw new Refusal(413, "image_too_large", "image: must be smaller than 10 MB");
  const drawn = isSvg(bytes);
  const picture = drawn ? await decodeDrawing(bytes) : await decode(bytes);
  if (!picture) throw new Refusal(400, "invalid_image", "image: must be a PNG, JPG, WEBP or SVG file");
  const { width, height } = picture;
  if (width * height >= rule.pixelsMax) {
    throw invalid("image", `must have less than ${rule.pixelsMax / million} megapixels`);
  }
  if (Math.max(width, height) >= sideMax)
    throw invalid("image", `sides must be shorter than ${sideMax} pixels`);
  if (Math.min(width, height) < rule.sideMin) {
    throw invalid("image", `sides must have at least ${rule.sideMin} pixels`);
  }
  return { ...picture, drawn };
}

/**
 * Finds and checks a mask: of the picture's size, every pixel black or white.
 *
 * @throws Refusal - none, another size, grey, or transparent.
 */
export async function readMask(body: RequestBody, { width, height }: Picture): Promise<Picture> {
  const bytes = await bytesOf(body, "mask", ["mask"]);
  const mask = await decode(bytes);
  const refused = (why: string) => new Refusal(400, "invalid_mask", `mask: ${why}`);
  if (!mask) throw refused("must be a PNG, JPG or WEBP file");
  if (mask.width !== width || mask.height !== height) throw refused("must have the same size as the image");
  if ((await sharp(bytes).metadata()).hasAlpha) throw refused("must not have an alpha channel");
  for (let at = 0; at < mask.data.length; at += 4) {
    const value = mask.data[at];
    const isPure = value === 0 || value === 255;
    if (!isPure || mask.data[at + 1] !== value || mask.data[at + 2] !== value) {
      throw refused("every pixel must be black (0) or white (255)");
    }
  }
  return mask;
}

/** Pictures that a style is made of, by addresses in JSON or as parts of a form. */
export async function readPictures(
  body: RequestBody,
  name: string,
  isPart: (field: string) => boolean,
): Promise<Picture[]> {
  const addresses = body.fields[name];
  if (addresses != null && !Array.isArray(addresses)) throw invalid(name, "must be an array of URLs");
  const sent = body.files.filter(({ field }) => isPart(field)).map(({ bytes }) => bytes as Uint8Array);
  for (const address of addresses ?? []) sent.push(await download(String(address), name));
  const pictures: Picture[] = [];
  for (const bytes of sent) {
    const picture = await decode(bytes);
    if (!picture) throw new Refusal(400, "invalid_image", `${name}: must be PNG, JPG or WEBP files`);
    pictures.push(picture);
  }
  return pictures;
}

async function bytesOf(body: RequestBody, name: string, parts: readonly string[]): Promise<Uint8Array> {
  const file = body.files.find(({ field }) => parts.includes(field));
  if (file) return file.bytes;
  const address = textOf(body.fields, `${name}_url`, Number.POSITIVE_INFINITY);
  if (address === undefined) throw invalid(name, "is required");
  return download(address, `${name}_url`);
}

async function download(address: string, param: string): Promise<Uint8Array> {
  const inline = /^data:image\/(?:png|jpeg|jpg|webp|svg\+xml);base64,/.exec(address);
  if (inline) return Buffer.from(address.slice(inline[0].length), "base64");
  const bytes = await fetchLocal(address, bytesMax);
  if (!bytes) throw new Refusal(400, "invalid_image", `${param}: the image cannot be downloaded`);
  return bytes;
}

function isSvg(bytes: Uint8Array): boolean {
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?<svg[\s>]/.test(
    Buffer.from(bytes.subarray(0, 1024)).toString(),
  );
}

async function decodeDrawing(bytes: Uint8Array): Promise<Picture | undefined> {
  try {
    return await toPicture(sharp(bytes, { limitInputPixels: 100_000_000 }));
  } catch {
    return undefined;
  }
}
