import { crc32, deflateSync } from "node:zlib";

/** A picture with one byte for each sample, pixel after pixel. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  /** Grey, or red, green, blue and opacity. */
  readonly channels: 1 | 4;
  readonly samples: Uint8Array;
}

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const coloursOf = { 1: 0, 4: 6 } as const;

/** Writes a PNG without filters: masks have areas of one colour, which compress well as they are. */
export function encodePng({ width, height, channels, samples }: RawPicture): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, coloursOf[channels]], 8);
  const rowBytes = width * channels;
  const rows = new Uint8Array((rowBytes + 1) * height);
  for (let row = 0; row < height; row++)
    rows.set(samples.subarray(row * rowBytes, (row + 1) * rowBytes), row * (rowBytes + 1) + 1);
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", new Uint8Array())];
  return Buffer.concat([signature, ...chunks]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const inner = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const whole = Buffer.alloc(4 + inner.length + 4);
  whole.writeUInt32BE(body.length, 0);
  whole.set(inner, 4);
  whole.writeUInt32BE(crc32(inner), 4 + inner.length);
  return whole;
}
