import { crc32, deflateSync } from "node:zlib";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { decodePng } from "./decode-png.ts";

// Beside another decoder: each filter at each distance between a byte and the one to its left.

const limits = { pixelsMax: 1000, rawBytesMax: 10_000 };
const [width, height] = [7, 11];
/** Which bytes it is does not matter; that they are all sorts does. */
const byteAt = (index: number) => (index * 167 + (index >> 3) * 59 + 13) & 255;

/** A PNG whose rows have the filters 0 to 4 in turn. */
function filtered(channels: number, colours: number, depth: 8 | 16): Uint8Array {
  const rowBytes = (width * channels * depth) / 8;
  const raw = Uint8Array.from({ length: (rowBytes + 1) * height }, (_, at) =>
    at % (rowBytes + 1) === 0 ? (at / (rowBytes + 1)) % 5 : byteAt(at),
  );
  const chunk = (type: string, body: Uint8Array) => {
    const inner = Buffer.concat([Buffer.from(type, "latin1"), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(inner));
    return Buffer.concat([length, inner, sum]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, depth, colours, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", new Uint8Array()),
  ]);
}

describe("decodePng", () => {
  it.each([
    [1, 0, 8],
    [2, 4, 8],
    [3, 2, 8],
    [4, 6, 8],
    [1, 0, 16],
    [4, 6, 16],
  ] as const)(
    "undoes every filter of %i channels, colour type %i, %i bits",
    async (channels, colours, depth) => {
      const png = filtered(channels, colours, depth);
      const decoded = await decodePng(png, limits);
      expect(decoded).toMatchObject({ width, height, channels, depth });
      const { rows } = decoded;
      const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
      const samples = Array.from({ length: rows.length / (depth / 8) }, (_, index) =>
        depth === 8 ? view.getUint8(index) : view.getUint16(index * 2),
      );
      expect(samples).toEqual([...decode(png).data]);
    },
  );

  it("needs the palette that indices point into, whole", async () => {
    const png = filtered(1, 3, 8);
    await expect(decodePng(png, limits)).rejects.toThrow("no palette");
  });
});
