import type { ImageModel } from "./models.ts";
import { invalidValue } from "./refusal.ts";

/** Pixels of a picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const named = ["1024x1024", "1536x1024", "1024x1536"];

/**
 * Reads `size`; undefined for `auto`.
 *
 * @throws Refusal - not a size, or one the model does not paint.
 */
export function parseSize(text: string, model: ImageModel): Size | undefined {
  if (text === "auto") return undefined;
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  const size = { width: Number(match?.[1]), height: Number(match?.[2]) };
  if (!match || (!named.includes(text) && !(model.freeSizes && isPaintable(size)))) {
    const list = [...named, "auto"].map((name) => `'${name}'`).join(", ");
    throw invalidValue("size", `Invalid size '${text}'. Supported sizes are ${list}.`);
  }
  return size;
}

/** The named size whose proportions are nearest to a picture's: what `auto` means for an edit. */
export function nearestNamedSize({ width, height }: Size): Size {
  const ratio = width / height;
  if (ratio > 1.2) return { width: 1536, height: 1024 };
  if (ratio < 1 / 1.2) return { width: 1024, height: 1536 };
  return { width: 1024, height: 1024 };
}

function isPaintable({ width, height }: Size): boolean {
  const pixels = width * height;
  const ratio = width / height;
  return (
    width % 16 === 0 &&
    height % 16 === 0 &&
    Math.max(width, height) <= 3840 &&
    pixels >= 655_360 &&
    pixels <= 8_294_400 &&
    ratio >= 1 / 3 &&
    ratio <= 3
  );
}
