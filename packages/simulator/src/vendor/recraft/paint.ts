import type { Colour } from "../../media/colour.ts";
import { transferColours } from "../../media/edit/colour-transfer.ts";
import { blendPictures, cutOut, inverted, lay, matteOfMask } from "../../media/edit/matte.ts";
import { type PatchBrief, paintInto } from "../../media/edit/paint-into.ts";
import { findSubject } from "../../media/edit/subject.ts";
import { widen } from "../../media/edit/widen.ts";
import { drawScene, paintScene } from "../../media/paint-scene.ts";
import { encode, open, type Picture, scaleTo, shrinkTo, toPicture } from "../../media/picture.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import { vectorize } from "../../media/vector/vectorize.ts";
import type { Media } from "./images.ts";
import type { Delivery, Frame, Order } from "./order.ts";
import { invalid } from "./refusal.ts";
import { readSize, type Size } from "./sizes.ts";
import { drawTexts } from "./texts.ts";

/** One picture of an order. */
export interface Job {
  readonly order: Order;
  readonly seed: number;
  readonly index: number;
  /** Colours of a style of the buyer's own. */
  readonly styleColours: readonly Colour[];
}

function briefOf({ order, seed, index, styleColours }: Job): PatchBrief {
  const { colours, backdrop } = order.controls;
  return {
    prompt: order.prompt,
    seed,
    index,
    colours: [...colours, ...styleColours].slice(0, 3),
    ...(backdrop === undefined ? {} : { backdrop }),
  };
}

/** Paints or draws a new picture. */
export async function generate(job: Job, size: Size): Promise<Media> {
  const { order } = job;
  const brief = { ...briefOf(job), ...size, transparent: false };
  const texts = drawTexts(order.texts, size);
  if (order.vector) {
    const svg = drawScene(brief).replace("</svg>", `${texts}</svg>`);
    return { bytes: Buffer.from(svg), type: "image/svg+xml" };
  }
  const manner = [order.substyle ?? "", order.style ?? ""].join(" ").replaceAll("_", " ").trim();
  const isPlain = ["", "any", "Recraft V3 Raw", "Photorealism", "realistic image"].includes(manner);
  const scene = await paintScene(brief);
  const painted = isPlain ? scene : await restyle(scene, { ...brief, prompt: manner }, []);
  if (texts === "") return toMedia(painted, order);
  const overlay = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${texts}</svg>`,
  );
  return toMedia(await toPicture(open(painted).composite([{ input: overlay }])), order);
}

/** Paints a picture over: 0 leaves it almost as it is, 1 keeps hardly anything of it. */
export async function imageToImage(job: Job, image: Picture, strength: number): Promise<Media> {
  const brief = { ...briefOf(job), width: image.width, height: image.height, transparent: false };
  const repainted = await restyle(image, brief, []);
  if (strength <= 0.5) return toMedia(blendPictures(image, repainted, 0.06 + strength * 1.88), job.order);
  return toMedia(blendPictures(repainted, await paintScene(brief), strength * 2 - 1), job.order);
}

/** Paints where the mask is white. */
export async function inpaint(job: Job, image: Picture, mask: Picture): Promise<Media> {
  const matte = await matteOfMask(mask, image.width, image.height);
  return toMedia(await paintInto(image, matte, briefOf(job)), job.order);
}

/** Puts another background where the mask is white, or behind what is found without one. */
export async function newBackground(job: Job, image: Picture, mask: Picture | undefined): Promise<Media> {
  const { width, height } = image;
  const matte = mask ? await matteOfMask(mask, width, height) : inverted(await findSubject(image));
  const scene = await paintScene({ ...briefOf(job), width, height, transparent: false });
  return toMedia(lay(image, scene, matte), job.order);
}

const longestSide = 4096;

/**
 * Paints on beyond the edges.
 *
 * @throws Refusal - a side of the result would be over 4096 pixels.
 */
export async function outpaint(job: Job, image: Picture, frame: Frame): Promise<Media> {
  const { picture, margins } = await framed(image, frame, job.order);
  return toMedia(await widen(picture, margins, briefOf(job), 0.5), job.order);
}

/** Where the picture comes to lie. A size holds the whole picture; zooming out leaves more around it. */
async function framed(image: Picture, frame: Frame, { model }: Order) {
  const share = 1 - frame.zoomOut;
  if (frame.size !== undefined) {
    const size = readSize(frame.size, model);
    const scale = Math.min(size.width / image.width, size.height / image.height) * share;
    const side = (length: number) => Math.max(1, Math.round(length * scale));
    const picture = await scaleTo(image, side(image.width), side(image.height));
    return { picture, margins: around(picture, size.width, size.height) };
  }
  const { left, right, top, bottom } = frame;
  const [wide, tall] = [image.width + left + right, image.height + top + bottom];
  const [width, height] = [Math.round(wide / share), Math.round(tall / share)];
  if (Math.max(width, height) > longestSide) {
    throw invalid("size", `the sides of the result must have at most ${longestSide} pixels`);
  }
  const more = around({ width: wide, height: tall }, width, height);
  return {
    picture: image,
    margins: {
      left: left + more.left,
      right: right + more.right,
      top: top + more.top,
      bottom: bottom + more.bottom,
    },
  };
}

function around(inner: Size, width: number, height: number) {
  const [left, top] = [Math.floor((width - inner.width) / 2), Math.floor((height - inner.height) / 2)];
  return { left, right: width - inner.width - left, top, bottom: height - inner.height - top };
}

/** Another picture of the same kind: painted over, turned round, in another light. */
export async function variate(job: Job, image: Picture, size: Size): Promise<Media> {
  const scaled = await scaleTo(image, size.width, size.height);
  const turned = (job.seed + job.index) % 2 === 0 ? await toPicture(open(scaled).flop()) : scaled;
  const sketch = await shrinkTo(turned, 640);
  const brief = { ...briefOf(job), width: sketch.width, height: sketch.height, transparent: false };
  const repainted = await restyle(sketch, { ...brief, prompt: "gouache" }, [sketch]);
  const mixed = blendPictures(turned, await scaleTo(repainted, size.width, size.height), 0.45);
  return toMedia(transferColours(mixed, scaled, 0.8), job.order);
}

/** Leaves what stands before the background. A drawing stays a drawing. */
export async function removeBackground(image: Picture, drawn: boolean, delivery: Delivery): Promise<Media> {
  const cut = cutOut(image, await findSubject(image));
  return drawn ? toDrawing(cut) : toFile(cut, delivery);
}

/** Traces a picture. */
export async function toDrawing(picture: Picture, colours?: number): Promise<Media> {
  const svg = await vectorize(picture, colours === undefined ? {} : { colours });
  return { bytes: Buffer.from(svg), type: "image/svg+xml" };
}

/** Encodes a picture. */
export async function toFile(picture: Picture, { format }: Delivery): Promise<Media> {
  return { bytes: await encode(picture, format), type: `image/${format}` };
}

function toMedia(picture: Picture, order: Order): Promise<Media> {
  return order.vector ? toDrawing(picture) : toFile(picture, order);
}
