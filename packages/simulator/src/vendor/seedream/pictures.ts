import { withoutDirectives } from "../../faults/parse.ts";
import { paintRequest } from "../../media/paint-request.ts";
import { decode, encode, type Picture, shrinkTo } from "../../media/picture.ts";
import type { State } from "../../state.ts";
import type { Order } from "./parameters.ts";
import type { Size } from "./size.ts";
import { withWatermark } from "./watermark.ts";

/** Everything that a picture is painted from, so that it can be painted when its link is opened. */
export interface Recipe {
  readonly prompt: string;
  readonly seed: number;
  readonly index: number;
  readonly size: Size;
  readonly format: "jpeg" | "png";
  readonly watermark: boolean;
  readonly transparent: boolean;
}

const keptSide = 1280;

/** The recipe of one picture of an order. */
export function recipeOf(order: Order, size: Size, seed: number, index: number): Recipe {
  const { format, watermark, transparent } = order;
  return { prompt: withoutDirectives(order.prompt), seed, index, size, format, watermark, transparent };
}

/** Paints a file. */
export async function paintFile(recipe: Recipe, inputs: readonly Picture[]): Promise<Buffer> {
  const { prompt, seed, index, size, format, watermark, transparent } = recipe;
  const painted = await paintRequest({ prompt, seed, index, transparent, ...size }, inputs);
  const cut = transparent && inputs.length > 0 ? withoutBackground(painted) : painted;
  return encode(watermark ? await withWatermark(cut) : cut, format);
}

/** Keeps inputs for pictures that are painted later; returns their ids. */
export async function keepInputs(inputs: readonly Picture[], state: State): Promise<string[]> {
  const kept = inputs.map(async (picture) =>
    state.saveBytes(await encode(await shrinkTo(picture, keptSide), "jpeg")),
  );
  return Promise.all(kept);
}

/** The inputs of before. */
export async function keptInputs(ids: readonly string[], state: State): Promise<Picture[]> {
  const pictures = await Promise.all(ids.map((id) => decode(state.readBytes(id) ?? new Uint8Array())));
  return pictures.flatMap((picture) => picture ?? []);
}

/** Takes away what has the colour of a corner. */
function withoutBackground(picture: Picture): Picture {
  const { width, height } = picture;
  const data = Buffer.from(picture.data);
  const corners = [0, width - 1, (height - 1) * width, height * width - 1].map((pixel) => pixel * 4);
  const near = (at: number, corner: number) =>
    [0, 1, 2].every(
      (channel) => Math.abs((data[at + channel] ?? 0) - (picture.data[corner + channel] ?? 0)) < 48,
    );
  for (let at = 0; at < data.length; at += 4) {
    if (corners.some((corner) => near(at, corner))) data[at + 3] = 0;
  }
  return { ...picture, data };
}
