import { withoutDirectives } from "../../faults/parse.ts";
import { enlarge, sizeOfArea } from "../../media/edit/enlarge.ts";
import { blendPictures } from "../../media/edit/matte.ts";
import type { Picture } from "../../media/picture.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import type { Order } from "./order.ts";
import { needed } from "./paint-new.ts";
import { withPreset } from "./presets.ts";

const pixelsOut = 4 * 1024 * 1024;
// Sixteen times the pixels, until they are too many to paint in a moment.
const fastFactor = 16;
const fastPixelsMax = 16 * 1024 * 1024;

/** Enlarges a picture: `fast` by four, `conservative` and `creative` to four megapixels. */
export async function upscale(order: Order, name: string, seed: number): Promise<Picture> {
  const image = needed(order, "image");
  const pixels = image.width * image.height;
  if (name === "fast") {
    const { width, height } = sizeOfArea(
      image,
      Math.min(pixels * fastFactor, Math.max(pixels, fastPixelsMax)),
      1,
    );
    return enlarge(image, width, height, { detail: 0, seed });
  }
  const { width, height } = sizeOfArea(image, Math.max(pixels, pixelsOut), 8);
  const creativity = order.number("creativity");
  if (name === "conservative") return enlarge(image, width, height, { detail: creativity, seed });
  const prompt = withoutDirectives(order.text("prompt"));
  const brief = { prompt, seed, index: 0, width: image.width, height: image.height, transparent: false };
  const imagined = blendPictures(image, await restyle(image, brief, [image]), creativity);
  const styled = await withPreset(imagined, order.text("style_preset"), seed);
  return enlarge(styled, width, height, { detail: 0.3 + creativity, seed });
}
