import { MediaRejected } from "./media-rejected.ts";
import { checkDimensions, checkFrames } from "./pixel-limits.ts";
import { fourLetters, numbers, type Reading, skip, take, type Walk } from "./walk.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

const damaged = (fault: string) => new MediaRejected("damaged", `webp: ${fault}`);

/** Walks a WebP over every chunk to the length that its RIFF header names: lossy, lossless, extended, animated. */
export function* walkWebp(): Walk {
  let left = numbers(yield* take(12)).getUint32(4, true) - 4;
  let canvas: Size | undefined;
  let picture: Size | undefined;
  let frames = 0;
  let besideBytes = 0;
  for (let index = 0; left > 0; index += 1) {
    const chunk = yield* chunkOf(left);
    const { type, head } = chunk;
    left = chunk.left;
    if (type === "ANMF") yield* passFrame(chunk, canvas);
    else yield* skip(chunk.unread);
    if (!pixels.includes(type)) besideBytes += chunk.length;
    if (type === "VP8X" && index > 0) throw damaged("a canvas that comes too late");
    if (type === "VP8X") canvas = canvasOf(head);
    const size = pictureSize(type, head);
    if (size && picture) throw damaged("two pictures");
    picture ??= size;
    if (type === "ANMF") frames += 1;
    const whole = canvas ?? picture;
    if (!whole) throw damaged("does not begin with a picture");
    checkDimensions(whole.width, whole.height);
    checkFrames(whole.width, whole.height, frames);
  }
  if (frames === 0 && !picture) throw damaged("no picture in it");
  if (canvas && picture && !isSame(canvas, picture)) throw damaged("the picture does not fill its canvas");
  return { ...((canvas ?? picture) as Size), besideBytes };
}

const headBytes: Readonly<Record<string, number>> = { VP8X: 10, "VP8 ": 10, VP8L: 5, ANMF: 16 };
const pixels: readonly string[] = ["VP8 ", "VP8L", "ALPH", "ANMF"];
const isSame = (one: Size, other: Size) => one.width === other.width && one.height === other.height;

interface Chunk {
  readonly type: string;
  readonly length: number;
  readonly head: Uint8Array;
  /** Bytes of it behind its head, with their padding. */
  readonly unread: number;
  /** What is left of its container behind it. */
  readonly left: number;
}

function* chunkOf(container: number): Reading<Chunk> {
  const header = yield* take(8);
  const type = fourLetters(header);
  const length = numbers(header).getUint32(4, true);
  // Some encoders leave out the last padding byte and do not count it either.
  const padding = container - 8 - length > 0 ? length % 2 : 0;
  const left = container - 8 - length - padding;
  if (left < 0) throw damaged(`chunk ${type} is longer than the file says it is`);
  const head = yield* headOf(type, length);
  return { type, length, head, unread: length - head.length + padding, left };
}

/** A frame lies within its canvas, and the one picture in it is as large as the frame says. */
function* passFrame({ head, length, unread }: Chunk, canvas: Size | undefined): Reading<void> {
  const [left, top, across, down] = [0, 3, 6, 9].map((at) => threeBytes(head, at)) as [
    number,
    number,
    number,
    number,
  ];
  const frame = { width: across + 1, height: down + 1 };
  if (!canvas || left * 2 + frame.width > canvas.width || top * 2 + frame.height > canvas.height)
    throw damaged("a frame that does not fit its canvas");
  let picture: Size | undefined;
  let inside = length - head.length;
  const padding = unread - inside;
  while (inside > 0) {
    const chunk = yield* chunkOf(inside);
    inside = chunk.left;
    yield* skip(chunk.unread);
    const size = pictureSize(chunk.type, chunk.head);
    if (size && picture) throw damaged("two pictures in a frame");
    picture ??= size;
  }
  yield* skip(padding);
  if (!picture || !isSame(picture, frame)) throw damaged("a frame's picture does not fill it");
}

function pictureSize(type: string, head: Uint8Array): Size | undefined {
  if (type === "VP8 ") return lossySize(head);
  return type === "VP8L" ? losslessSize(head) : undefined;
}

const threeBytes = (bytes: Uint8Array, at: number) =>
  numbers(bytes).getUint16(at, true) + ((bytes[at + 2] as number) << 16);

function* headOf(type: string, length: number): Reading<Uint8Array> {
  const bytes = headBytes[type] ?? 0;
  if (length < bytes) throw damaged(`chunk ${type} is too short`);
  return yield* take(bytes);
}

/** https://developers.google.com/speed/webp/docs/riff_container#extended_file_format */
function canvasOf(head: Uint8Array): Size {
  return { width: threeBytes(head, 4) + 1, height: threeBytes(head, 7) + 1 };
}

/** https://datatracker.ietf.org/doc/html/rfc6386#section-9.1 */
function lossySize(head: Uint8Array): Size {
  const view = numbers(head);
  const keyFrame = (view.getUint8(0) & 1) === 0;
  if (!keyFrame || view.getUint8(3) !== 0x9d || view.getUint16(4) !== 0x012a) throw damaged("no key frame");
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
}

/** https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification */
function losslessSize(head: Uint8Array): Size {
  const view = numbers(head);
  const bits = view.getUint32(1, true);
  if (view.getUint8(0) !== 0x2f || bits >>> 29 !== 0) throw damaged("no lossless picture");
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
