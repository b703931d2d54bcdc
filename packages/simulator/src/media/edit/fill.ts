import { open, type Picture, toPicture } from "../picture.ts";
import { grow, lay, type Matte, openMatte, toMatte } from "./matte.ts";

const workSide = 320;

/** Colours with their weight, four numbers a pixel. */
interface Layer {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Paints over what is meant with what is around it, as if nothing had ever been there.
 *
 * Colours flow in from all sides: the picture is reduced until no hole is left, and the holes are filled from there.
 */
export async function fillFromAround(picture: Picture, matte: Matte): Promise<Picture> {
  const { width, height } = picture;
  const inside = { fit: "inside", withoutEnlargement: true } as const;
  const small = await toPicture(open(picture).resize(workSide, workSide, inside));
  const shrunk = await toMatte(openMatte(matte).resize(small.width, small.height, { fit: "fill" }));
  const holes = grow(shrunk, 2);
  const data = new Float32Array(small.width * small.height * 4);
  for (let pixel = 0, at = 0; at < data.length; pixel++, at += 4) {
    const weight = (holes.data[pixel] ?? 0) > 0 ? 0 : (small.data[at + 3] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel++)
      data[at + channel] = (small.data[at + channel] ?? 0) * weight;
    data[at + 3] = weight;
  }
  const filled = flow({ data, width: small.width, height: small.height });
  const colours = Buffer.alloc(data.length, 255);
  for (let at = 0; at < data.length; at += 4) {
    const weight = Math.max(1e-6, filled.data[at + 3] ?? 0);
    for (let channel = at; channel < at + 3; channel++) {
      colours[channel] = Math.round((filled.data[channel] ?? 0) / weight);
    }
  }
  const soft = open({ data: colours, width: small.width, height: small.height });
  const large = await toPicture(soft.resize(width, height, { fit: "fill", kernel: "cubic" }));
  return lay(picture, large, matte);
}

/** Fills what has no weight from a layer of half the size, down to a single pixel (pull and push). */
function flow(layer: Layer): Layer {
  const { width, height, data } = layer;
  if (width === 1 && height === 1) return layer;
  const half = flow(halved(layer));
  const filled = Float32Array.from(data);
  const colour: [number, number, number] = [0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const own = data[at + 3] ?? 0;
      if (own >= 1) continue;
      sample(half, x / 2 - 0.25, y / 2 - 0.25, colour);
      for (let channel = 0; channel < 3; channel++) {
        filled[at + channel] = (data[at + channel] ?? 0) + (colour[channel] ?? 0) * (1 - own);
      }
      filled[at + 3] = 1;
    }
  }
  return { data: filled, width, height };
}

/** The colour between four pixels, or the steps of every size would show in the filled part. */
function sample(
  { data, width, height }: Layer,
  x: number,
  y: number,
  colour: [number, number, number],
): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [alongX, alongY] = [x - left, y - top];
  let weights = 1e-6;
  colour.fill(0);
  for (let corner = 0; corner < 4; corner++) {
    const [stepX, stepY] = [corner & 1, corner >> 1];
    const column = Math.max(0, Math.min(width - 1, left + stepX));
    const row = Math.max(0, Math.min(height - 1, top + stepY));
    const at = (row * width + column) * 4;
    const share = (stepX === 1 ? alongX : 1 - alongX) * (stepY === 1 ? alongY : 1 - alongY);
    weights += share * (data[at + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      colour[channel] = (colour[channel] ?? 0) + share * (data[at + channel] ?? 0);
    }
  }
  for (let channel = 0; channel < 3; channel++) colour[channel] = (colour[channel] ?? 0) / weights;
}

function halved({ data, width, height }: Layer): Layer {
  const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const half = new Float32Array(halfWidth * halfHeight * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const target = ((y >> 1) * halfWidth + (x >> 1)) * 4;
      for (let channel = 0; channel < 4; channel++) {
        half[target + channel] = (half[target + channel] ?? 0) + (data[at + channel] ?? 0);
      }
    }
  }
  for (let at = 0; at < half.length; at += 4) {
    const weight = half[at + 3] ?? 0;
    // A pixel is whole as soon as anything is known of it.
    const scale = weight > 1 ? 1 / weight : 1;
    for (let channel = at; channel < at + 4; channel++) half[channel] = (half[channel] ?? 0) * scale;
  }
  return { data: half, width: halfWidth, height: halfHeight };
}
