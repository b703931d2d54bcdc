import { type Colour, lightness, type Rgb, rgbOf } from "../colour.ts";
import type { Picture } from "../picture.ts";
import { type Matte, openMatte, toMatte } from "./matte.ts";

/** Gives what is meant another colour and leaves it its lights and shadows. */
export function recolour(picture: Picture, matte: Matte, colour: Colour): Picture {
  const target = rgbOf(colour);
  const middle = Math.max(0.12, meanLightness(picture, matte));
  const data = Buffer.from(picture.data);
  for (let pixel = 0, at = 0; pixel < matte.data.length; pixel++, at += 4) {
    const share = (matte.data[pixel] ?? 0) / 255;
    if (share === 0) continue;
    const light = lightness(pixelAt(picture.data, at)) / middle;
    for (let channel = 0; channel < 3; channel++) {
      const base = target[channel] ?? 0;
      const lit = light <= 1 ? base * light : base + (255 - base) * Math.min(0.85, (light - 1) * 0.6);
      const value = data[at + channel] ?? 0;
      data[at + channel] = Math.round(value + (lit - value) * share);
    }
  }
  return { ...picture, data };
}

/** Finds the pixels of a colour, whatever their lightness; undefined where there are hardly any. */
export async function findColour(picture: Picture, colour: Colour): Promise<Matte | undefined> {
  const { width, height } = picture;
  const wanted = tint(rgbOf(colour));
  const data = Buffer.alloc(width * height);
  let found = 0;
  for (let pixel = 0; pixel < data.length; pixel++) {
    const seen = tint(pixelAt(picture.data, pixel * 4));
    const isGrey = wanted.strength < 0.15;
    const isNear = isGrey
      ? seen.strength < 0.2 && Math.abs(seen.light - wanted.light) < 0.2
      : seen.strength > 0.18 && apart(seen.hue, wanted.hue) < 28;
    if (!isNear) continue;
    data[pixel] = 255;
    found += 1;
  }
  if (found < data.length * 0.002) return undefined;
  return toMatte(openMatte({ data, width, height }).median(3).blur(0.8));
}

function meanLightness({ data }: Picture, matte: Matte): number {
  let [sum, weight] = [0, 0];
  for (let pixel = 0; pixel < matte.data.length; pixel += 7) {
    const share = matte.data[pixel] ?? 0;
    sum += lightness(pixelAt(data, pixel * 4)) * share;
    weight += share;
  }
  return weight === 0 ? 0.5 : sum / weight;
}

function pixelAt(data: Buffer, at: number): Rgb {
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

/** Hue in degrees, and how strong it is, 0 to 1. */
function tint([red, green, blue]: Rgb): { hue: number; strength: number; light: number } {
  const [high, low] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const range = high - low;
  const light = (high + low) / 510;
  if (range === 0) return { hue: 0, strength: 0, light };
  const sixth =
    high === red
      ? (green - blue) / range
      : high === green
        ? 2 + (blue - red) / range
        : 4 + (red - green) / range;
  return { hue: (sixth * 60 + 360) % 360, strength: range / Math.max(1, high), light };
}

function apart(first: number, second: number): number {
  const distance = Math.abs(first - second);
  return Math.min(distance, 360 - distance);
}
