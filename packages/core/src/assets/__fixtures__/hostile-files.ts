import type { RejectionReason } from "../media-rejected.ts";
import * as media from "./media.ts";
import { drawing, text, usdz, zipOf } from "./shapes.ts";

/** A file that is made to do harm, and why it is not taken. Add a line: every way into storage is tried with it. */
export interface HostileFile {
  readonly name: string;
  readonly reason: RejectionReason;
  readonly bytes: Uint8Array;
}

const { jpegBaseline, jpegProgressive, makeGlb, makePng, pngHeader, pngOf, webpLossy, webpOf } = media;
export const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const frameAt = (bytes: Uint8Array) =>
  bytes.findIndex((byte, at) => byte === 0xff && [0xc0, 0xc2].includes(bytes[at + 1] ?? 0));

/** A JPEG whose frame says that it has another size. */
export function sizedJpeg(bytes: Uint8Array, width: number, height: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const view = new DataView(changed.buffer);
  view.setUint16(frameAt(bytes) + 5, height);
  view.setUint16(frameAt(bytes) + 7, width);
  return changed;
}

/** A segment right behind the start of a JPEG: a comment, EXIF, a profile. */
export function withSegment(bytes: Uint8Array, marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  const head = Uint8Array.of(0xff, marker, length >> 8, length & 255);
  return join(bytes.subarray(0, 2), head, body, bytes.subarray(2));
}

/** The last scan of a JPEG once more, many times. */
function rescanned(bytes: Uint8Array, times: number): Uint8Array {
  const at = Buffer.from(bytes).lastIndexOf(Buffer.of(0xff, 0xda));
  const scan = bytes.subarray(at, -2);
  return join(bytes.subarray(0, at), ...Array.from({ length: times }, () => scan), Uint8Array.of(0xff, 0xd9));
}

type Chunk = readonly [type: string, body: Uint8Array];
const data: Chunk = ["IDAT", new Uint8Array(100)];
const end: Chunk = ["IEND", new Uint8Array(0)];
const png = (header: Uint8Array, ...chunks: readonly Chunk[]) => pngOf([["IHDR", header], ...chunks]);
const four = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};
const fcTL = (width: number, height: number, left = 0): Chunk => [
  "fcTL",
  join(four(0, width, height, left, 0), Buffer.alloc(6)),
];
const padding: Chunk = ["teXt", new Uint8Array(200_000)];

const three = (value: number) => Uint8Array.of(value & 255, (value >> 8) & 255, value >> 16);
const canvas = (width: number, height: number, flags = 0): Chunk => [
  "VP8X",
  join(Uint8Array.of(flags, 0, 0, 0), three(width - 1), three(height - 1)),
];
const picture = webpLossy.subarray(20);
const chunkOf = (type: string, body: Uint8Array) => webpOf([[type, body]]).subarray(12);
const frame = (width: number, height: number, left = 0): Chunk => [
  "ANMF",
  join(three(left), three(0), three(width - 1), three(height - 1), Buffer.alloc(4), chunkOf("VP8 ", picture)),
];
/** The size that a lossy picture says it has. */
const sizedWebp = (width: number, height: number): Chunk => {
  const body = Buffer.from(picture);
  body.writeUInt16LE(width, 6);
  body.writeUInt16LE(height, 8);
  return ["VP8 ", body];
};

const page = text("<!doctype html><script>alert(document.domain)</script>\n");
const glb = (more: object) => makeGlb({ asset: { version: "2.0" }, ...more });
const lamp: [string, string] = ["lamp.gltf", "{}"];
/** An entry that is a symbolic link, as Unix archivers write it. */
function linked(archive: Uint8Array): Uint8Array {
  const bytes = Buffer.from(archive);
  bytes.writeUInt32LE((0xa1ff << 16) >>> 0, bytes.lastIndexOf("PK\x01\x02", undefined, "latin1") + 38);
  return bytes;
}

export const hostileFiles: readonly HostileFile[] = [
  // Bombs of pixels: what a header claims, and what stands behind it.
  ["a JPEG of 65,535 × 65,535", "too_many_pixels", sizedJpeg(jpegBaseline, 65_535, 65_535)],
  ["a progressive JPEG of 65,535 × 65,535", "too_many_pixels", sizedJpeg(jpegProgressive, 65_535, 65_535)],
  ["a JPEG of 99 megapixels in 400 bytes", "too_many_pixels", sizedJpeg(jpegBaseline, 33_000, 3000)],
  [
    "a JPEG of 99 megapixels, padded by comments",
    "too_many_pixels",
    Array.from({ length: 4 }).reduce<Uint8Array>(
      (bytes) => withSegment(bytes, 0xfe, new Uint8Array(60_000)),
      sizedJpeg(jpegBaseline, 33_000, 3000),
    ),
  ],
  [
    "a JPEG of 99 megapixels, padded behind its end",
    "too_many_pixels",
    join(sizedJpeg(jpegBaseline, 33_000, 3000), new Uint8Array(200_000)),
  ],
  ["a JPEG of hundreds of scans", "too_many_pixels", rescanned(jpegProgressive, 300)],
  ["a JPEG without a height, which a scan would tell", "damaged", sizedJpeg(jpegBaseline, 19, 0)],
  ["a PNG of 100,000 × 100,000", "too_many_pixels", png(pngHeader(100_000, 100_000), data, end)],
  ["a PNG of 2³¹ − 1 columns", "too_many_pixels", png(pngHeader(0x7fff_ffff, 1), data, end)],
  [
    "a PNG of 36 megapixels, padded by a text",
    "too_many_pixels",
    png(pngHeader(6000, 6000, 1, 0), ["IDAT", new Uint8Array(5000)], padding, end),
  ],
  [
    "a PNG whose frames are more than it says",
    "too_many_pixels",
    png(
      pngHeader(9000, 9000, 1, 0),
      ["acTL", four(1, 0)],
      ["IDAT", new Uint8Array(100_000)],
      ...Array.from({ length: 20 }, () => fcTL(9000, 9000)),
      end,
    ),
  ],
  [
    "a WebP of 16,777,216 × 16,777,216",
    "too_many_pixels",
    webpOf([canvas(1 << 24, 1 << 24), ["VP8 ", picture]]),
  ],
  ["a WebP of 16,383 × 16,383", "too_many_pixels", webpOf([sizedWebp(16_383, 16_383)])],
  ["a WebP of 90 megapixels in 200 bytes", "too_many_pixels", webpOf([sizedWebp(9500, 9500)])],
  [
    "a WebP of 90 megapixels, padded by EXIF",
    "too_many_pixels",
    webpOf([sizedWebp(9500, 9500), ["EXIF", new Uint8Array(200_000)]]),
  ],
  // Two sizes in one file: what is checked is not what is decoded.
  [
    "a PNG with a frame beyond its canvas",
    "damaged",
    png(pngHeader(9, 7), ["acTL", four(1, 0)], fcTL(9, 7, 1), data, end),
  ],
  [
    "a PNG with a frame of no size",
    "damaged",
    png(pngHeader(9, 7), ["acTL", four(1, 0)], fcTL(0, 7), data, end),
  ],
  ["a WebP with two pictures", "damaged", webpOf([["VP8 ", picture], sizedWebp(16_000, 6000)])],
  ["a WebP with a canvas behind its picture", "damaged", webpOf([["VP8 ", picture], canvas(19, 13)])],
  ["a WebP with a frame beyond its canvas", "damaged", webpOf([canvas(19, 13, 2), frame(19, 13, 1)])],
  ["a WebP with a frame larger than its picture", "damaged", webpOf([canvas(40, 40, 2), frame(20, 13)])],
  [
    "a WebP with a frame that has no picture",
    "damaged",
    webpOf([canvas(19, 13, 2), ["ANMF", new Uint8Array(16)]]),
  ],
  ["a WebP with frames and no canvas", "damaged", webpOf([["VP8 ", picture], frame(19, 13)])],
  // Two files in one: each reader sees its own.
  ["a PNG that is also an archive", "damaged", join(makePng(), zipOf([lamp]))],
  ["a PNG that is also an empty archive", "damaged", join(makePng(), zipOf([]))],
  ["a PNG that is also a page", "damaged", join(makePng(), page)],
  ["a WebP that is also a page", "damaged", join(webpLossy, page)],
  ["a GLB that is also an archive", "damaged", join(makeGlb(), zipOf([lamp]))],
  ["an archive behind a page", "not_allowed", join(page, zipOf([lamp]))],
  ["a picture behind a page", "not_allowed", join(page, makePng())],
  ["a script that begins like a GIF", "not_allowed", text("GIF89a/*;*/=1;alert(document.domain)//")],
  ["a page that begins like a bitmap", "not_allowed", join(text("BM"), page)],
  ["a document that holds a picture", "not_allowed", join(text("%PDF-1.7\n"), jpegBaseline)],
  // Pages, drawings and programs where a picture or a model must be.
  ["a page", "not_allowed", page],
  // Binary STL has no mark: these could be one, which would be longer.
  ["a page with a mark of UTF-16", "truncated", Buffer.from(`\ufeff${"<html>".repeat(20)}`, "utf16le")],
  ["a drawing", "not_allowed", drawing],
  ["a drawing behind a comment", "not_allowed", join(text(`<!--${"x".repeat(200)}-->`), drawing)],
  ["XML", "not_allowed", text('<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>')],
  ["a program", "truncated", join(text("MZ"), Buffer.alloc(200, 0x90))],
  [
    "a WebAssembly module",
    "not_allowed",
    join(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), Buffer.alloc(40)),
  ],
  // Other formats of pictures: what no decoder of ours has been asked about is not taken.
  ["a GIF", "not_allowed", text("GIF89a\u0001\u0000\u0001\u0000\u0000\u0000\u0000;trailer")],
  ["an AVIF", "not_allowed", join(four(24), text("ftypavif"), Buffer.alloc(40))],
  ["a TIFF", "not_allowed", join(text("II*\0"), Buffer.alloc(200))],
  ["an icon", "not_allowed", join(Uint8Array.of(0, 0, 1, 0, 1, 0), Buffer.alloc(200))],
  // Models that reach out of themselves, or set aside more than they are.
  [
    "a GLB with a texture at a vendor's",
    "not_allowed",
    glb({ images: [{ uri: "https://vendor.example/a.png" }] }),
  ],
  [
    "a GLB with a file of the reader's",
    "not_allowed",
    glb({ buffers: [{ uri: "file:///etc/passwd", byteLength: 1 }] }),
  ],
  ["a GLB of a million million zeros", "too_large", glb({ accessors: [{ count: 1e12, type: "VEC3" }] })],
  ["a GLB that counts in words", "damaged", glb({ accessors: [{ count: "many" }] })],
  ["a GLB whose JSON has no end of depth", "damaged", makeGlb(`${"[".repeat(100_000)}`)],
  ["a package where a model must be", "not_allowed", usdz],
].map(([name, reason, bytes]) => ({ name, reason, bytes }) as HostileFile);

/** Packages come from vendors alone. */
export const hostilePackages: readonly HostileFile[] = [
  ["a package with a link", "not_allowed", linked(zipOf([lamp, ["a.png", "/etc/passwd"]]))],
  ["a package with a drive in a name", "not_allowed", zipOf([lamp, ["C:/a.png", ""]])],
  ["a package with a name of Windows", "not_allowed", zipOf([lamp, ["..\\a.png", ""]])],
  ["a package with a name that ends early", "not_allowed", zipOf([lamp, ["a.exe\0.png", ""]])],
  ["a package with a package in it", "not_allowed", zipOf([lamp, ["inner.zip", "PK"]])],
  ["a package that is also a page", "not_allowed", join(page, zipOf([lamp]))],
  ["a package with a page behind it", "truncated", join(zipOf([lamp]), page)],
  [
    "a USDZ that holds a page",
    "not_allowed",
    zipOf(
      [
        ["lamp.usda", "#usda"],
        ["a.html", "<p>"],
      ],
      { stored: true },
    ),
  ],
].map(([name, reason, bytes]) => ({ name, reason, bytes }) as HostileFile);

/** What looks odd and is a picture all the same. It is served as what it is, and as nothing else. */
export const oddPictures: readonly (readonly [
  name: string,
  bytes: Uint8Array,
  width: number,
  height: number,
])[] = [
  ["a JPEG with a page in its comment", withSegment(jpegBaseline, 0xfe, page), 19, 13],
  ["a JPEG with a page behind its end", join(jpegBaseline, page), 19, 13],
  [
    "a JPEG whose EXIF holds a picture of another size",
    withSegment(jpegBaseline, 0xe1, join(text("Exif\0\0"), sizedJpeg(jpegBaseline, 9000, 9000))),
    19,
    13,
  ],
  [
    "a JPEG whose EXIF is none",
    withSegment(jpegBaseline, 0xe1, text("Exif\0\0II*\0\xff\xff\xff\xff")),
    19,
    13,
  ],
  [
    "a JPEG whose profile is none",
    withSegment(jpegBaseline, 0xe2, join(text("ICC_PROFILE\0\x01\x01"), Buffer.alloc(300, 0xff))),
    19,
    13,
  ],
  [
    "a PNG with a page in its text",
    pngOf([["IHDR", pngHeader(1, 1)], ["tEXt", join(text("Comment\0"), page)], data, end]),
    1,
    1,
  ],
];
