import type { InputFile } from "@genbff/core";
import { type DecodedPng, decodePng } from "./decode-png.ts";
import { encodePng } from "./encode-png.ts";

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
  return toMask(await decodePng(Buffer.concat(pieces), { ...maskLimits, rawBytesMax }));
}

/** Every pixel pure black or pure white, grey without transparency: what Recraft takes. */
export function toBlackAndWhite({ width, height, white }: Mask): Uint8Array {
  const samples = white.map((value) => (value < 128 ? 0 : 255));
  return encodePng({ width, height, channels: 1, samples });
}

/** Transparent is changed, opaque is kept: what OpenAI takes. Grey is partly transparent. */
export function toTransparency({ width, height, white }: Mask): Uint8Array {
  const samples = new Uint8Array(white.length * 4);
  for (let pixel = 0; pixel < white.length; pixel++) samples[pixel * 4 + 3] = 255 - (white[pixel] ?? 0);
  return encodePng({ width, height, channels: 4, samples });
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
    const red = sample(pixel, 0);
    // Rec. 709: what eyes call bright.
    const bright = coloured ? 0.2126 * red + 0.7152 * sample(pixel, 1) + 0.0722 * sample(pixel, 2) : red;
    const opacity = transparent ? sample(pixel, channels - 1) / max : 1;
    white[pixel] = Math.round((bright / max) * opacity * 255);
  }
  return { width, height, white };
}

interface Samples {
  readonly channels: number;
  readonly max: number;
  sample(pixel: number, channel: number): number;
}

/** One number for each channel of each pixel, however the file packs them. */
function samplesOf({ width, depth, channels, palette, rows }: DecodedPng): Samples {
  const packed: Samples = {
    channels,
    max: 2 ** depth - 1,
    sample: readerOf({ width, depth, channels, rows }),
  };
  if (palette === undefined) return packed;
  // An index beyond the palette is none of its colours: black, and opaque, as other decoders have it.
  const colour = (index: number, channel: number) =>
    palette[index * 4 + channel] ?? (channel === 3 ? 255 : 0);
  return { channels: 4, max: 255, sample: (pixel, channel) => colour(packed.sample(pixel, 0), channel) };
}

function readerOf({
  width,
  depth,
  channels,
  rows,
}: Omit<DecodedPng, "height" | "palette">): Samples["sample"] {
  if (depth === 8) return (pixel, channel) => rows[pixel * channels + channel] ?? 0;
  if (depth === 16) {
    return (pixel, channel) => {
      const at = (pixel * channels + channel) * 2;
      return ((rows[at] ?? 0) << 8) | (rows[at + 1] ?? 0);
    };
  }
  // Rows begin at whole bytes; only grey and indices have so few bits.
  const rowBytes = Math.ceil((width * depth) / 8);
  return (pixel) => {
    const bit = (pixel % width) * depth;
    const byte = rows[Math.floor(pixel / width) * rowBytes + (bit >> 3)] ?? 0;
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  };
}
