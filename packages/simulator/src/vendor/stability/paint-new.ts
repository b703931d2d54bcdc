import { withoutDirectives } from "../../faults/parse.ts";
import { transferColours } from "../../media/edit/colour-transfer.ts";
import { sizeOfArea } from "../../media/edit/enlarge.ts";
import { blendPictures } from "../../media/edit/matte.ts";
import { paintScene } from "../../media/paint-scene.ts";
import { open, type Picture, scaleTo, toPicture } from "../../media/picture.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import type { Order } from "./order.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

const megapixel = 1024 * 1024;

/** One megapixel in each of the ratios that can be asked for. */
const sizes: Readonly<Record<string, Size>> = {
  "21:9": { width: 1536, height: 640 },
  "16:9": { width: 1344, height: 768 },
  "3:2": { width: 1216, height: 832 },
  "5:4": { width: 1152, height: 896 },
  "1:1": { width: 1024, height: 1024 },
  "4:5": { width: 896, height: 1152 },
  "2:3": { width: 832, height: 1216 },
  "9:16": { width: 768, height: 1344 },
  "9:21": { width: 640, height: 1536 },
};

/** Paints a new picture: from words, from words and a picture, or in a picture's style. */
export function paintNew(order: Order, name: string, seed: number): Promise<Picture> {
  switch (name) {
    case "core":
      return fromWords(order, sizeOfArea(sizeFor(order), 1_500_000, 16), seed);
    case "ultra":
    case "sd3":
      return order.picture("image") ? fromPicture(order, seed) : fromWords(order, sizeFor(order), seed);
    case "style":
      return inStyle(order, seed);
    case "style-transfer":
      return transferStyle(order, seed);
    default:
      return alongLines(order, seed);
  }
}

function sizeFor(order: Order): Size {
  return sizes[order.text("aspect_ratio")] ?? { width: 1024, height: 1024 };
}

function briefOf(order: Order, { width, height }: Size, seed: number) {
  return {
    prompt: withoutDirectives(order.text("prompt")),
    seed,
    index: 0,
    width,
    height,
    transparent: false,
  };
}

function fromWords(order: Order, size: Size, seed: number): Promise<Picture> {
  return paintScene(briefOf(order, size, seed));
}

/** `strength` 0 leaves the picture as it is, 1 forgets it; halfway it is painted over. */
async function fromPicture(order: Order, seed: number): Promise<Picture> {
  const image = needed(order, "image");
  const size = sizeOfArea(image, megapixel, 16);
  const original = await scaleTo(image, size.width, size.height);
  const strength = order.number("strength");
  if (strength === 0) return original;
  if (strength === 1) return fromWords(order, size, seed);
  const repainted = await repaintedTo(image, original, order, seed, []);
  if (strength <= 0.5) return blendPictures(original, repainted, strength * 2);
  return blendPictures(repainted, await fromWords(order, size, seed), strength * 2 - 1);
}

/** Paints over the smaller of a picture and its scaled copy: there is no more to see in the larger one. */
async function repaintedTo(
  image: Picture,
  scaled: Picture,
  order: Order,
  seed: number,
  references: readonly Picture[],
): Promise<Picture> {
  const seen = image.width < scaled.width ? image : scaled;
  const repainted = await restyle(seen, briefOf(order, seen, seed), references);
  return scaleTo(repainted, scaled.width, scaled.height);
}

/** Keeps the contours of a sketch or a picture; the weaker the control, the fewer of them. */
async function alongLines(order: Order, seed: number): Promise<Picture> {
  const image = needed(order, "image");
  const looseness = (1 - order.number("control_strength")) * (image.width / 80);
  const loose = looseness > 0.4 ? await toPicture(open(image).blur(looseness)) : image;
  return restyle(loose, briefOf(order, image, seed), []);
}

/** A new scene in the colours of the reference. */
async function inStyle(order: Order, seed: number): Promise<Picture> {
  const scene = await fromWords(order, sizeFor(order), seed);
  return transferColours(scene, needed(order, "image"), 0.35 + 0.65 * order.number("fidelity"));
}

/** The composition of one picture in the colours of another. */
async function transferStyle(order: Order, seed: number): Promise<Picture> {
  const style = needed(order, "style_image");
  const init = needed(order, "init_image");
  const size = sizeOfArea(init, megapixel, 16);
  const original = await scaleTo(init, size.width, size.height);
  const repainted = await repaintedTo(init, original, order, seed, [style]);
  const changed = blendPictures(original, repainted, order.number("change_strength"));
  return transferColours(changed, style, order.number("style_strength"));
}

/** A picture that the fields' check has seen. */
export function needed(order: Order, name: string): Picture {
  const picture = order.picture(name);
  if (!picture) throw new Error(`${name} was checked and is missing`);
  return picture;
}
