import sharp, { type Sharp } from "sharp";
import { open, type Picture } from "../picture.ts";

/** How much of each pixel is meant, 0 to 255: what an edit changes, or what a cut-out keeps. */
export interface Matte {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A place in a picture, in whole pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Wraps a matte for sharp. */
export function openMatte({ data, width, height }: Matte): Sharp {
  return sharp(data, { raw: { width, height, channels: 1 } });
}

/** Renders one channel of what sharp holds. */
export async function toMatte(image: Sharp): Promise<Matte> {
  const { data, info } = await image.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A black-and-white mask as a matte of that size: white is meant, grey in part. */
export async function matteOfMask(mask: Picture, width: number, height: number): Promise<Matte> {
  return toMatte(
    open(mask).flatten({ background: "#000" }).resize(width, height, { fit: "fill" }).greyscale(),
  );
}

/** The transparent parts of a picture as a matte. */
export function matteOfHoles({ data, width, height }: Picture): Matte {
  const holes = Buffer.alloc(width * height);
  for (let pixel = 0; pixel < holes.length; pixel++) holes[pixel] = 255 - (data[pixel * 4 + 3] ?? 0);
  return { data: holes, width, height };
}

/** Widens a matte by that many pixels to all sides. */
export function grow({ data, width, height }: Matte, pixels: number): Matte {
  const reach = Math.round(pixels);
  if (reach < 1) return { data, width, height };
  const rows = highestAround(data, reach, 1, (at) => at % width, width);
  const both = highestAround(rows, reach, width, (at) => Math.floor(at / width), height);
  return { data: both, width, height };
}

/** The highest value within `reach` before and after each place, along a row or a column. */
function highestAround(
  values: Buffer,
  reach: number,
  stride: number,
  placeOf: (at: number) => number,
  length: number,
): Buffer {
  const size = 2 * reach + 1;
  let ahead = values;
  // Each turn doubles how far ahead has been looked: a wide mask costs hardly more than a narrow one.
  for (let covered = 1; covered < size; ) {
    const step = Math.min(covered, size - covered);
    const next = Buffer.from(ahead);
    for (let at = 0; at < next.length; at++) {
      if (placeOf(at) + step >= length) continue;
      const value = ahead[at + step * stride] ?? 0;
      if (value > (next[at] ?? 0)) next[at] = value;
    }
    ahead = next;
    covered += step;
  }
  const around = Buffer.alloc(values.length);
  for (let at = 0; at < around.length; at++) {
    const place = placeOf(at);
    // Near the beginning the window is cut: what lies ahead of the first place reaches far enough there.
    if (place >= reach) around[at] = ahead[at - reach * stride] ?? 0;
    else around[at] = highestFrom(values, at - place * stride, place + reach, stride, length);
  }
  return around;
}

function highestFrom(values: Buffer, start: number, last: number, stride: number, length: number): number {
  let highest = 0;
  for (let place = 0; place <= Math.min(last, length - 1); place++) {
    highest = Math.max(highest, values[start + place * stride] ?? 0);
  }
  return highest;
}

/** What is meant becomes what is not. */
export function inverted({ data, width, height }: Matte): Matte {
  return { data: Buffer.from(data.map((value) => 255 - value)), width, height };
}

/** The smallest box around everything that is meant; undefined where nothing is. */
export function boxOf({ data, width, height }: Matte): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let pixel = 0; pixel < data.length; pixel++) {
    if ((data[pixel] ?? 0) < 128) continue;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Lays one picture over another of the same size, as far as the matte means it. */
export function lay(under: Picture, over: Picture, matte: Matte): Picture {
  const data = Buffer.from(under.data);
  for (let pixel = 0, at = 0; pixel < matte.data.length; pixel++, at += 4) {
    const share = (matte.data[pixel] ?? 0) / 255;
    if (share === 0) continue;
    for (let channel = at; channel < at + 4; channel++) {
      const below = under.data[channel] ?? 0;
      data[channel] = Math.round(below + ((over.data[channel] ?? 0) - below) * share);
    }
  }
  return { ...under, data };
}

/** A mixture of two pictures of the same size: 0 is the first, 1 the second. */
export function blendPictures(first: Picture, second: Picture, amount: number): Picture {
  if (amount <= 0) return first;
  if (amount >= 1) return second;
  const data = Buffer.from(first.data);
  for (let at = 0; at < data.length; at++) {
    const value = first.data[at] ?? 0;
    data[at] = Math.round(value + ((second.data[at] ?? 0) - value) * amount);
  }
  return { ...first, data };
}

/** Leaves only what is meant; the rest becomes transparent. */
export function cutOut(picture: Picture, matte: Matte): Picture {
  const data = Buffer.from(picture.data);
  for (let pixel = 0, at = 3; pixel < matte.data.length; pixel++, at += 4) {
    data[at] = Math.round(((data[at] ?? 0) * (matte.data[pixel] ?? 0)) / 255);
  }
  return { ...picture, data };
}
