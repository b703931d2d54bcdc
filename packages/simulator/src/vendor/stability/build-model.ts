import { type Box, boxOf } from "../../media/edit/matte.ts";
import { findSubject } from "../../media/edit/subject.ts";
import { buildFromPictures } from "../../media/model/from-pictures.ts";
import { toGlb } from "../../media/model/glb.ts";
import { open, type Picture, toPicture } from "../../media/picture.ts";
import type { Order } from "./order.ts";
import { needed } from "./paint-new.ts";

const facesMax = 40_000;
const facesRemeshed = 12_000;

/**
 * Makes a model from a picture, as binary glTF.
 *
 * `foreground_ratio` is how much of the tile the subject fills, the other way round at the newer endpoint; the texture
 * has the resolution that was asked for. glTF knows triangles only, so `quad` is `triangle` here.
 */
export async function buildModel(order: Order, seed: number): Promise<Uint8Array> {
  const image = needed(order, "image");
  const textureSide = order.number("texture_resolution");
  const share = order.number("foreground_ratio");
  const framed = await framedSubject(image, share > 1 ? 1 / share : share, textureSide);
  const model = await buildFromPictures({
    seed: String(seed),
    front: framed,
    back: undefined,
    texture: true,
    textureSide,
    faceLimit: faceLimitOf(order),
  });
  return toGlb(model);
}

function faceLimitOf(order: Order): number {
  const vertices = order.isGiven("vertex_count") ? order.number("vertex_count") : -1;
  if (vertices >= 0) return Math.max(100, vertices * 1.6);
  const count = order.number("target_count");
  if (order.text("target_type") === "face") return count;
  if (order.text("target_type") === "vertex") return Math.max(100, count * 1.6);
  return order.text("remesh") === "none" ? facesMax : facesRemeshed;
}

/** The subject in the middle of a square, whose background is the picture's own where there is any. */
async function framedSubject(image: Picture, share: number, side: number): Promise<Picture> {
  const whole = { left: 0, top: 0, width: image.width, height: image.height };
  const box: Box = boxOf(await findSubject(image)) ?? whole;
  const reach = Math.ceil(Math.max(box.width, box.height) / share);
  const left = Math.round(box.left + box.width / 2 - reach / 2);
  const top = Math.round(box.top + box.height / 2 - reach / 2);
  const margins = {
    left: Math.max(0, -left),
    top: Math.max(0, -top),
    right: Math.max(0, left + reach - image.width),
    bottom: Math.max(0, top + reach - image.height),
  };
  const extended = await toPicture(open(image).extend({ ...margins, extendWith: "copy" }));
  const cut = open(extended).extract({
    left: left + margins.left,
    top: top + margins.top,
    width: reach,
    height: reach,
  });
  return toPicture((await detached(cut)).resize(side, side, { fit: "fill" }));
}

/** Extracting and enlarging in one go would happen in the order of the library, not in this one. */
async function detached(image: ReturnType<typeof open>) {
  return open(await toPicture(image));
}
