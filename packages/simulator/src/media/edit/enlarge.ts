import { grainTile } from "../grain.ts";
import { open, type Picture, toPicture } from "../picture.ts";

/**
 * Sharpens a picture and enlarges it; `detail` (0 to 1) is fine structure that was not there before.
 *
 * Sharpened first, because that costs by the pixel and there are few of them yet.
 */
export async function enlarge(
  picture: Picture,
  width: number,
  height: number,
  { detail, seed }: { readonly detail: number; readonly seed: number },
): Promise<Picture> {
  const crisp = await toPicture(open(picture).sharpen({ sigma: 0.8 + detail }));
  const large = await toPicture(open(crisp).resize(width, height, { fit: "fill", kernel: "lanczos3" }));
  return detail === 0 ? large : withGrain(large, seed, detail);
}

function withGrain(picture: Picture, seed: number, strength: number): Picture {
  const { input, raw } = grainTile(String(seed), strength * 0.25, picture);
  const data = Buffer.from(picture.data);
  for (let y = 0, at = 0; y < picture.height; y++) {
    const row = (y % raw.height) * raw.width;
    for (let x = 0; x < picture.width; x++, at += 4) {
      const grain = (input[(row + (x % raw.width)) * 4] ?? 128) - 128;
      for (let channel = at; channel < at + 3; channel++) {
        data[channel] = Math.max(0, Math.min(255, (data[channel] ?? 0) + grain));
      }
    }
  }
  return { ...picture, data };
}

/** The size of about so many pixels with the proportions of a picture; both sides are divisible by `step`. */
export function sizeOfArea(
  { width, height }: Pick<Picture, "width" | "height">,
  pixels: number,
  step: number,
): { readonly width: number; readonly height: number } {
  const scale = Math.sqrt(pixels / (width * height));
  const side = (length: number) => Math.max(step, Math.round((length * scale) / step) * step);
  return { width: side(width), height: side(height) };
}
