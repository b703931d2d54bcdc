import { crc32, deflateSync } from "node:zlib";
import { decode, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { asInputFile, maskLimits, readMask, toBlackAndWhite, toTransparency } from "./mask.ts";

const fileOf = (bytes: Uint8Array) => ({ open: async () => new Blob([Uint8Array.from(bytes)]).stream() });
const grey = (data: number[], width = data.length) =>
  encode({ width, height: data.length / width, data: Uint8Array.from(data), channels: 1, depth: 8 });

/** A PNG of any header and rows, right or wrong. */
function pngOf(header: readonly number[], rows: Uint8Array, extra: readonly [string, Uint8Array][] = []) {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(header[0] ?? 0, 0);
  ihdr.writeUInt32BE(header[1] ?? 0, 4);
  ihdr.set(header.slice(2), 8);
  const chunks: [string, Uint8Array][] = [["IHDR", ihdr], ...extra, ["IDAT", deflateSync(rows)]];
  const parts = [...chunks, ["IEND", new Uint8Array()] as const].map(([type, body]) => {
    const inner = Buffer.concat([Buffer.from(type, "latin1"), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(inner));
    return Buffer.concat([length, inner, sum]);
  });
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

describe("readMask", () => {
  it.each([
    ["grey", grey([0, 128, 255]), [0, 128, 255]],
    [
      "one bit a pixel, over two rows",
      pngOf([3, 2, 1, 0, 0, 0, 0], Uint8Array.of(0, 0b10100000, 0, 0b01000000)),
      [255, 0, 255, 0, 255, 0],
    ],
    ["four bits a pixel", pngOf([3, 1, 4, 0, 0, 0, 0], Uint8Array.of(0, 0x0f, 0x80)), [0, 255, 136]],
    [
      "16 bits",
      encode({ width: 2, height: 1, data: Uint16Array.of(0, 65_535), channels: 1, depth: 16 }),
      [0, 255],
    ],
    [
      "colours",
      encode({ width: 2, height: 1, data: Uint8Array.of(255, 255, 255, 0, 0, 0), channels: 3 }),
      [255, 0],
    ],
    [
      "transparent white, which is kept",
      encode({ width: 2, height: 1, data: Uint8Array.of(255, 255, 255, 0, 255, 255, 255, 255), channels: 4 }),
      [0, 255],
    ],
    [
      "a palette",
      pngOf([3, 1, 1, 3, 0, 0, 0], Uint8Array.of(0, 0b01100000), [
        ["PLTE", Uint8Array.of(0, 0, 0, 255, 255, 255)],
      ]),
      [0, 255, 255],
    ],
    [
      "a palette with opacities, fewer than colours",
      pngOf([2, 1, 8, 3, 0, 0, 0], Uint8Array.of(0, 0, 1), [
        ["PLTE", Uint8Array.of(255, 255, 255, 255, 255, 255)],
        ["tRNS", Uint8Array.of(0)],
      ]),
      [0, 255],
    ],
    [
      "every filter",
      // Left, above, their mean, and Paeth's; over rows of three pixels, the first of them unfiltered.
      pngOf(
        [3, 5, 8, 0, 0, 0, 0],
        Uint8Array.of(0, 10, 20, 30, 1, 1, 1, 1, 2, 1, 1, 1, 3, 5, 5, 5, 4, 250, 7, 1),
      ),
      [10, 20, 30, 1, 2, 3, 2, 3, 4, 6, 9, 11, 0, 7, 10],
    ],
    [
      "a palette that is but a suggestion",
      pngOf([1, 1, 8, 2, 0, 0, 0], Uint8Array.of(0, 255, 255, 255), [["PLTE", Uint8Array.of(0, 0, 0)]]),
      [255],
    ],
  ])("reads %s", async (_, png, white) => {
    expect([...(await readMask(fileOf(png))).white]).toEqual(white);
  });

  it.each([
    ["no PNG", Buffer.from("GIF89a and what follows it")],
    ["a cut one", grey([1, 2, 3]).subarray(0, -5)],
    ["a flipped bit", grey([1, 2, 3]).map((byte, index) => (index === 20 ? byte ^ 1 : byte))],
    ["fewer rows than it says", pngOf([2, 9, 8, 0, 0, 0, 0], Uint8Array.of(0, 1, 1))],
    ["an interlaced one", pngOf([1, 1, 8, 0, 0, 0, 1], Uint8Array.of(0, 1))],
    ["a colour type that is none", pngOf([1, 1, 8, 5, 0, 0, 0], Uint8Array.of(0, 1))],
    ["a filter that is none", pngOf([1, 1, 8, 0, 0, 0, 0], Uint8Array.of(9, 1))],
    ["no pixels", pngOf([0, 1, 8, 0, 0, 0, 0], Uint8Array.of(0))],
  ])("refuses %s", async (_, png) => {
    await expect(readMask(fileOf(png))).rejects.toBeInstanceOf(SyntaxError);
  });

  it("inflates no more than the header promises, however much there is", async () => {
    // 40 MB out of 40 kB, under a header of one pixel.
    const bomb = pngOf([1, 1, 8, 0, 0, 0, 0], new Uint8Array(40_000_000));
    await expect(readMask(fileOf(bomb))).rejects.toThrow("more than its header says");
  });

  it("inflates no colour profile", async () => {
    const profile = Buffer.concat([Buffer.from("p\0\0", "latin1"), Buffer.from("this would not inflate")]);
    const png = pngOf([1, 1, 8, 0, 0, 0, 0], Uint8Array.of(0, 255), [["iCCP", profile]]);
    expect([...(await readMask(fileOf(png))).white]).toEqual([255]);
  });

  it.each([
    ["pixels", pngOf([4097, 4096, 8, 0, 0, 0, 0], new Uint8Array())],
    ["bytes of rows", pngOf([4096, 4096, 16, 6, 0, 0, 0], new Uint8Array())],
    ["bytes", new Uint8Array(maskLimits.bytesMax + 1)],
  ])("refuses too many %s before it decodes anything", async (_, png) => {
    await expect(readMask(fileOf(png))).rejects.toBeInstanceOf(RangeError);
  });

  it("says what storage said", async () => {
    const open = () => Promise.reject(new Error("the disk is gone"));
    await expect(readMask({ open })).rejects.toThrow("the disk is gone");
  });
});

describe("a mask is written", () => {
  const mask = { width: 2, height: 2, white: Uint8Array.of(0, 127, 128, 255) };

  it("in pure black and white, grey and without transparency", () => {
    const { width, height, channels, depth, data } = decode(toBlackAndWhite(mask));
    expect({ width, height, channels, depth }).toEqual({ width: 2, height: 2, channels: 1, depth: 8 });
    expect([...data]).toEqual([0, 0, 255, 255]);
  });

  it("as transparency, clear where it is white", () => {
    const { channels, data } = decode(toTransparency(mask));
    expect(channels).toBe(4);
    expect([3, 7, 11, 15].map((at) => data[at])).toEqual([255, 128, 127, 0]);
  });

  it("and read again as it was", async () => {
    const file = {
      field: "m",
      contentType: "image/webp",
      bytes: 1,
      sha256: "0",
      width: 2,
      height: 2,
      ...fileOf(grey([0])),
    };
    const painted = asInputFile(file, toBlackAndWhite(mask));
    expect(painted).toMatchObject({ contentType: "image/png", bytes: toBlackAndWhite(mask).length });
    expect([...(await readMask(painted)).white]).toEqual([0, 0, 255, 255]);
  });
});
