import { crc32 } from "node:zlib";
import { MediaRejected } from "./media-rejected.ts";
import { checkDimensions, checkFrames } from "./pixel-limits.ts";
import { fourLetters, numbers, type Reading, skip, take, type Walk } from "./walk.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  /** Bytes of all rows before compression; a lower bound where the picture is interlaced. */
  readonly rawBytes: number;
  readonly palette: boolean;
}

const damaged = (fault: string) => new MediaRejected("damaged", `png: ${fault}`);

/** DEFLATE cannot expand by more than this, so less data than rows / 1032 cannot hold the picture. */
const deflateRatioMax = 1032;

/** Channels and the bit depths allowed, by colour type (https://www.w3.org/TR/png-3/#11IHDR). */
const colourTypes: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Walks a PNG from its signature to IEND and checks every chunk's CRC, so that a flipped bit anywhere is found. */
export function* walkPng(): Walk {
  yield* skip(8);
  const header = readHeader(yield* chunkOf("IHDR", 13));
  let dataBytes = 0;
  let besideBytes = 0;
  let palette = false;
  let frames = 0;
  for (;;) {
    const { length, type } = yield* chunkHeader();
    if (type === "acTL") {
      if (length !== 8) throw damaged("acTL of the wrong size");
      checkFrames(header.width, header.height, numbers(yield* chunkBody(type, 8)).getUint32(0));
      continue;
    }
    if (type === "fcTL") {
      if (length !== 26) throw damaged("fcTL of the wrong size");
      frames += 1;
      checkFrame(header, numbers(yield* chunkBody(type, 26)));
      // What acTL promised binds nobody.
      checkFrames(header.width, header.height, frames);
      continue;
    }
    yield* passChunk(type, length);
    if (type !== "IDAT" && type !== "fdAT") besideBytes += length;
    if (type === "IHDR") throw damaged("a second IHDR");
    if (type === "PLTE") palette = true;
    if (type === "IDAT") dataBytes += length;
    if (type !== "IEND") continue;
    if (length !== 0) throw damaged("IEND is not empty");
    if (header.palette && !palette) throw damaged("no palette");
    if (dataBytes * deflateRatioMax < header.rawBytes) throw damaged("too little data for its size");
    return { width: header.width, height: header.height, besideBytes };
  }
}

function readHeader(bytes: Uint8Array): Header {
  const view = numbers(bytes);
  const [width, height, depth, colour] = [
    view.getUint32(0),
    view.getUint32(4),
    view.getUint8(8),
    view.getUint8(9),
  ];
  checkDimensions(width, height);
  const kind = colourTypes[colour];
  if (!kind?.depths.includes(depth)) throw damaged(`colour type ${colour} with ${depth} bits`);
  if (view.getUint16(10) !== 0 || view.getUint8(12) > 1)
    throw damaged("unknown compression, filter or interlace");
  const rawBytes = Math.ceil((width * depth * kind.channels) / 8) * height;
  return { width, height, rawBytes, palette: colour === 3 };
}

/** A frame of an animation lies within the canvas (https://www.w3.org/TR/png-3/#fcTL-chunk). */
function checkFrame({ width, height }: Header, frame: DataView): void {
  const [across = 0, down = 0, left = 0, top = 0] = [4, 8, 12, 16].map((at) => frame.getUint32(at));
  if (across < 1 || down < 1 || left + across > width || top + down > height)
    throw damaged("a frame that does not fit its canvas");
}

function* chunkHeader(): Reading<{ length: number; type: string }> {
  const bytes = yield* take(8);
  const length = numbers(bytes).getUint32(0);
  const type = fourLetters(bytes.subarray(4));
  if (length > 0x7fff_ffff || !/^[A-Za-z]{4}$/.test(type)) throw damaged("no chunk where one must be");
  return { length, type };
}

function* chunkOf(expected: string, bytes: number): Reading<Uint8Array> {
  const { length, type } = yield* chunkHeader();
  if (type !== expected || length !== bytes) throw damaged(`does not begin with ${expected}`);
  return yield* chunkBody(type, length);
}

function* chunkBody(type: string, length: number): Reading<Uint8Array> {
  const body = yield* take(length);
  yield* checkSum(crc32(body, crc32(type)));
  return body;
}

function* passChunk(type: string, length: number): Reading<void> {
  let sum = crc32(type);
  yield* skip(length, (part) => {
    sum = crc32(part, sum);
  });
  yield* checkSum(sum);
}

function* checkSum(sum: number): Reading<void> {
  if (numbers(yield* take(4)).getUint32(0) !== sum >>> 0) throw damaged("a checksum does not match");
}
