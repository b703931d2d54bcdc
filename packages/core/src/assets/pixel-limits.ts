import { MediaRejected } from "./media-rejected.ts";

/** The most pixels that one picture may have (`reliability-spec.md` 8.4). */
const pixelsMax = 100_000_000;

/** All frames of an animation together. */
const framePixelsMax = 1_000_000_000;

const scansMax = 100;

/** Where JPEG ends. A longer side is a strip that makes decoders allocate rows of gigabytes. */
const sideMax = 65_535;

/** Below this a decoded picture is small whatever its file weighs: a plain white poster is no bomb. */
const decodedBytesFree = 64_000_000;
const expansionMax = 4096;

/**
 * Judges what a header claims, before anything is decoded.
 *
 * @throws MediaRejected `damaged` - a side is 0. `too_many_pixels` - over 100 megapixels, or a side over 65,535.
 */
export function checkDimensions(width: number, height: number): void {
  if (width < 1 || height < 1) throw new MediaRejected("damaged", `${width} × ${height} pixels`);
  if (width > sideMax || height > sideMax || width * height > pixelsMax) {
    throw new MediaRejected("too_many_pixels", `${width} × ${height} pixels`);
  }
}

/**
 * Judges how often a decoder goes over a picture that arrives in scans, each of which may be a few bytes and costs as
 * much as the whole. Encoders write about ten.
 *
 * @throws MediaRejected `too_many_pixels` - over 100 scans.
 */
export function checkScans(scans: number): void {
  if (scans > scansMax) throw new MediaRejected("too_many_pixels", `${scans} scans`);
}

/** @throws MediaRejected `too_many_pixels` - the frames of an animation come to more than 1,000 megapixels. */
export function checkFrames(width: number, height: number, frames: number): void {
  if (width * height * frames > framePixelsMax)
    throw new MediaRejected("too_many_pixels", `${frames} frames`);
}

/**
 * Refuses a small file that blows up to a huge picture.
 *
 * @param pictureBytes - Of the file; what is beside its picture does not count, or it would be padded until it passes.
 * @throws MediaRejected `too_many_pixels` - over 64 MB decoded, and over 4,096 decoded bytes per byte of the picture.
 */
export function checkExpansion(width: number, height: number, pictureBytes: number): void {
  const decoded = width * height * 4;
  if (decoded > decodedBytesFree && decoded > pictureBytes * expansionMax) {
    throw new MediaRejected("too_many_pixels", `${width} × ${height} pixels out of ${pictureBytes} bytes`);
  }
}
