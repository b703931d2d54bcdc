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
  while (left > 0) {
    const header = yield* take(8);
    const type = fourLetters(header);
    const length = numbers(header).getUint32(4, true);
    left -= 8 + length;
    // Some encoders leave out the last padding byte and do not count it either.
    const padding = left > 0 ? length % 2 : 0;
    left -= padding;
    if (left < 0) throw damaged(`chunk ${type} is longer than the file says it is`);
    const head = yield* headOf(type, length);
    yield* skip(length - head.length + padding);
    if (type === "VP8X") canvas = canvasOf(head);
    if (type === "VP8 ") picture = lossySize(head);
    if (type === "VP8L") picture = losslessSize(head);
    if (type === "ANMF") frames += 1;
    const size = canvas ?? picture;
    if (!size) throw damaged("does not begin with a picture");
    checkDimensions(size.width, size.height);
    checkFrames(size.width, size.height, frames);
  }
  if (frames === 0 && !picture) throw damaged("no picture in it");
  if (canvas && picture && (canvas.width !== picture.width || canvas.height !== picture.height)) {
    throw damaged("the picture does not fill its canvas");
  }
  return (canvas ?? picture) as Size;
}

const headBytes: Readonly<Record<string, number>> = { VP8X: 10, "VP8 ": 10, VP8L: 5 };

function* headOf(type: string, length: number): Reading<Uint8Array> {
  const bytes = headBytes[type] ?? 0;
  if (length < bytes) throw damaged(`chunk ${type} is too short`);
  return yield* take(bytes);
}

/** https://developers.google.com/speed/webp/docs/riff_container#extended_file_format */
function canvasOf(head: Uint8Array): Size {
  const view = numbers(head);
  const [width, height] = [4, 7].map((at) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1);
  return { width: width as number, height: height as number };
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
