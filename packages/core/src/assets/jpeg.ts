import { MediaRejected } from "./media-rejected.ts";
import { checkDimensions, checkScans } from "./pixel-limits.ts";
import { numbers, type Reading, skip, take, type Walk } from "./walk.ts";

interface Frame {
  readonly width: number;
  readonly height: number;
}

const damaged = (fault: string) => new MediaRejected("damaged", `jpeg: ${fault}`);

const endOfImage = 0xd9;
const startOfScan = 0xda;
/** Baseline, extended and progressive Huffman: what browsers and vendors decode. */
const decodableFrames: readonly number[] = [0xc0, 0xc1, 0xc2];
/** C4, C8 and CC lie among the frame markers and are none: tables, reserved, arithmetic conditioning. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Restart markers and TEM stand alone, without a length. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/**
 * Walks a JPEG from SOI to EOI, over every segment and through the compressed data of every scan.
 *
 * Width and height come from the frame header, never from EXIF or from the thumbnail, which is a JPEG of its own.
 */
export function* walkJpeg(): Walk {
  yield* skip(2);
  let frame: Frame | undefined;
  let scans = 0;
  let besideBytes = 0;
  let marker = yield* nextMarker();
  while (marker !== endOfImage) {
    if (isFrame(marker)) {
      if (frame) throw damaged("two frames");
      frame = readFrame(marker, yield* segment());
    } else if (marker === startOfScan) {
      if (!frame) throw damaged("a scan without a frame");
      yield* skip(yield* segmentLength());
      scans += 1;
      checkScans(scans);
      marker = yield* passScan();
      continue;
    } else if (marker === 0xd8 || marker === 0) {
      throw damaged("a marker that cannot stand here");
    } else if (!standsAlone(marker)) {
      const length = yield* segmentLength();
      besideBytes += length;
      yield* skip(length);
    }
    marker = yield* nextMarker();
  }
  if (!frame || scans === 0) throw damaged("no picture in it");
  return { ...frame, besideBytes };
}

function* nextMarker(): Reading<number> {
  if ((yield* take(1))[0] !== 0xff) throw damaged("no marker where one must be");
  return yield* afterFill();
}

/** Any number of FF bytes may stand before a marker. */
function* afterFill(): Reading<number> {
  for (;;) {
    const byte = (yield* take(1))[0] as number;
    if (byte !== 0xff) return byte;
  }
}

function* segmentLength(): Reading<number> {
  const length = numbers(yield* take(2)).getUint16(0);
  if (length < 2) throw damaged("a segment shorter than its own length field");
  return length - 2;
}

function* segment(): Reading<Uint8Array> {
  return yield* take(yield* segmentLength());
}

/** Inside a scan FF 00 is a plain FF byte, and restart markers come and go; any other marker ends the scan. */
function* passScan(): Reading<number> {
  for (;;) {
    yield { seek: 0xff };
    const marker = yield* afterFill();
    if (marker !== 0 && !standsAlone(marker)) return marker;
  }
}

function readFrame(marker: number, bytes: Uint8Array): Frame {
  if (!decodableFrames.includes(marker)) throw damaged(`frame type ${marker.toString(16)} is not in use`);
  if (bytes.length < 6) throw damaged("a frame header that is too short");
  const view = numbers(bytes);
  const [height, width, components] = [view.getUint16(1), view.getUint16(3), view.getUint8(5)];
  if (![1, 3, 4].includes(components) || bytes.length !== 6 + 3 * components)
    throw damaged("a strange frame header");
  checkDimensions(width, height);
  return { width, height };
}
