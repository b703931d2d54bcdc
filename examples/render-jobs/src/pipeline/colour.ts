import type { Picture, Plane } from "./picture.ts";

/** What a byte of sRGB stands for, in parts of the light. */
export const linear = Float32Array.from({ length: 256 }, (_, byte) => {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});

const steps = 4095;
const bytes = Uint8Array.from({ length: steps + 1 }, (_, step) => {
  const light = step / steps;
  const part = light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(part * 255);
});

/** The byte of sRGB for so much light; what is more than white is white. */
export function toByte(light: number): number {
  return bytes[light <= 0 ? 0 : light >= 1 ? steps : (light * steps + 0.5) | 0] ?? 0;
}

/** How much light comes from the pixel whose first byte is at this place. */
export function luminanceAt(data: Uint8Array, at: number): number {
  return (
    0.2126 * (linear[data[at] ?? 0] ?? 0) +
    0.7152 * (linear[data[at + 1] ?? 0] ?? 0) +
    0.0722 * (linear[data[at + 2] ?? 0] ?? 0)
  );
}

/** A pixel's brightness as the eye sees it, from 0 to 1: what edges are found by. */
export function greyAt(data: Uint8Array, at: number): number {
  return (0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)) / 255;
}

export function greyOf({ width, height, data }: Picture): Plane {
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, at) => greyAt(data, at * 3)),
  };
}

/** CIE L*a*b* of every pixel, three numbers each: as far apart as they look. */
export function toLab({ width, height, data }: Picture): Float32Array {
  const lab = new Float32Array(width * height * 3);
  for (let at = 0; at < lab.length; at += 3) {
    const [r = 0, g = 0, b = 0] = [
      linear[data[at] ?? 0],
      linear[data[at + 1] ?? 0],
      linear[data[at + 2] ?? 0],
    ];
    const x = bent((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
    const y = bent(0.2126 * r + 0.7152 * g + 0.0722 * b);
    const z = bent((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
    lab[at] = 116 * y - 16;
    lab[at + 1] = 500 * (x - y);
    lab[at + 2] = 200 * (y - z);
  }
  return lab;
}

function bent(part: number): number {
  return part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116;
}
