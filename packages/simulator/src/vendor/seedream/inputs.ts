import { fetchLocal } from "../../media/fetch-local.ts";
import { paintScene } from "../../media/paint-scene.ts";
import { decode, type Picture } from "../../media/picture.ts";
import type { SeedreamModel } from "./models.ts";
import { invalid } from "./refusal.ts";

const bytesMax = 30 * 1024 * 1024;
const pixelsMax = 36_000_000;
const sideMin = 15;
const formats = ["jpeg", "png", "webp", "tiff", "gif"];

/**
 * Reads `image`: one address or data URI, or a list of them.
 *
 * @throws Refusal - too many for the model, not to be had, not a picture, too large, too small or too narrow.
 */
export async function readInputs(value: unknown, model: SeedreamModel): Promise<readonly Picture[]> {
  if (value == null) return [];
  const addresses: unknown[] = Array.isArray(value) ? value : [value];
  if (addresses.length === 0) throw invalid("image", "must not be an empty list");
  if (addresses.length > model.inputsMax) {
    throw invalid("image", `at most ${model.inputsMax} images are supported by model ${model.id}`);
  }
  const pictures: Picture[] = [];
  for (const address of addresses) pictures.push(await readInput(address));
  return pictures;
}

async function readInput(address: unknown): Promise<Picture> {
  if (typeof address !== "string") throw invalid("image", "expected a URL or a data URI");
  const bytes = address.startsWith("data:") ? fromDataUri(address) : await fetchLocal(address, bytesMax);
  if (!bytes) throw invalid("image", "the image URL cannot be downloaded");
  if (bytes.length > bytesMax) throw invalid("image", "image size must be at most 30 MB");
  const picture = isOpaqueToUs(bytes) ? await standIn() : await decode(bytes, formats);
  if (!picture) throw invalid("image", "the image format is not supported or the image is damaged");
  const { width, height } = picture;
  if (Math.min(width, height) < sideMin) throw invalid("image", "each side must be longer than 14 px");
  if (width * height > pixelsMax) throw invalid("image", "an image must have at most 36 megapixels");
  if (Math.max(width / height, height / width) > 16) {
    throw invalid("image", "aspect ratio must be between 1/16 and 16");
  }
  return picture;
}

function fromDataUri(address: string): Uint8Array {
  const [head] = /^data:image\/(?:jpeg|jpg|png|webp|bmp|tiff|gif|heic|heif);base64,/.exec(address) ?? [];
  if (head === undefined) {
    throw invalid("image", "expected data:image/<format>;base64,<data> with the format in lower case");
  }
  return Buffer.from(address.slice(head.length), "base64");
}

/** BMP and HEIC are taken, and cannot be decoded here. */
function isOpaqueToUs(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 32)).toString("latin1");
  return head.startsWith("BM") || (head.slice(4, 8) === "ftyp" && /hei[cfxs]|mif1/.test(head.slice(8)));
}

function standIn(): Promise<Picture> {
  return paintScene({ prompt: "a bowl", seed: 1, index: 0, width: 512, height: 512, transparent: false });
}
