import type { InputFile } from "@genbff/core";
import { convertIndexedToRgb, type DecodedPng, decode, encode } from "fast-png";
import { boundPng } from "./bounded-png.ts";

/** A mask in our polarity, one byte a pixel: 255 is changed, 0 is kept. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly white: Uint8Array;
}

/**
 * Masks are the one kind of picture that is ever whole in memory here: they must be painted anew for vendors that read
 * them otherwise. That is why they have limits of their own, lower than those of a picture.
 */
export const maskLimits = {
  contentTypes: ["image/png"],
  bytesMax: 10_000_000,
  pixelsMax: 16_777_216,
} as const;

/** Four bytes a pixel: a mask of the largest size may have colours and transparency, but not 16 bits of each. */
const rawBytesMax = 72_000_000;

/**
 * Reads a mask. Colours count by their brightness; what is transparent is kept.
 *
 * @throws RangeError - over 10 MB, 16,777,216 pixels or 72 MB of rows.
 * @throws SyntaxError - no PNG, a damaged or an interlaced one.
 * @throws whatever our storage failed with.
 */
export async function readMask(file: Pick<InputFile, "open">): Promise<Mask> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of await file.open()) {
    bytes += piece.length;
    if (bytes > maskLimits.bytesMax) throw new RangeError("too many bytes");
    pieces.push(piece);
  }
  const png = await boundPng(Buffer.concat(pieces), { ...maskLimits, rawBytesMax });
  try {
    return toMask(decode(png));
  } catch (error) {
    throw new SyntaxError("its pixels cannot be read", { cause: error });
  }
}

/** Every pixel pure black or pure white, grey without transparency: what Recraft takes. */
export function toBlackAndWhite({ width, height, white }: Mask): Uint8Array {
  const data = white.map((value) => (value < 128 ? 0 : 255));
  return encode({ width, height, data, channels: 1, depth: 8 });
}

/** Transparent is changed, opaque is kept: what OpenAI takes. Grey is partly transparent. */
export function toTransparency({ width, height, white }: Mask): Uint8Array {
  const data = new Uint8Array(white.length * 4);
  for (let pixel = 0; pixel < white.length; pixel++) data[pixel * 4 + 3] = 255 - (white[pixel] ?? 0);
  return encode({ width, height, data, channels: 4, depth: 8 });
}

/** A file that was painted here, in the place of the one it was made from. */
export function asInputFile(file: InputFile, png: Uint8Array): InputFile {
  return {
    ...file,
    contentType: "image/png",
    bytes: png.length,
    open: async () => new Blob([Uint8Array.from(png)]).stream(),
  };
}

function toMask(png: DecodedPng): Mask {
  const { width, height } = png;
  const { channels, sample, max } = samplesOf(png);
  const white = new Uint8Array(width * height);
  const [coloured, transparent] = [channels >= 3, channels === 2 || channels === 4];
  for (let pixel = 0; pixel < white.length; pixel++) {
    const at = pixel * channels;
    const red = sample(at);
    // Rec. 709: what eyes call bright.
    const bright = coloured ? 0.2126 * red + 0.7152 * sample(at + 1) + 0.0722 * sample(at + 2) : red;
    const opacity = transparent ? sample(at + channels - 1) / max : 1;
    white[pixel] = Math.round((bright / max) * opacity * 255);
  }
  return { width, height, white };
}

/** One number for each channel of each pixel, however the file packs them. */
function samplesOf(png: DecodedPng): { channels: number; max: number; sample: (index: number) => number } {
  const { width, data, depth, channels, palette } = png;
  // Coloured files may bring a palette too, as a mere suggestion.
  if (palette && channels === 1) {
    const colours = convertIndexedToRgb(png);
    const each = palette[0]?.length ?? 3;
    return { channels: each, max: 255, sample: (index) => colours[index] ?? 0 };
  }
  const max = 2 ** depth - 1;
  if (depth >= 8) return { channels, max, sample: (index) => data[index] ?? 0 };
  // Rows begin at whole bytes; only grey has so few bits.
  const rowBytes = Math.ceil((width * depth) / 8);
  const sample = (index: number) => {
    const bit = (index % width) * depth;
    const byte = data[Math.floor(index / width) * rowBytes + (bit >> 3)] ?? 0;
    return (byte >> (8 - depth - (bit & 7))) & max;
  };
  return { channels, max, sample };
}
