import { MediaRejected } from "./media-rejected.ts";
import { rest, type Walk } from "./walk.ts";
import { readZipDirectory, type ZipEntry } from "./zip-directory.ts";

const damaged = (fault: string) => new MediaRejected("damaged", `zip: ${fault}`);

/** What a package of a model may hold: scenes, shapes, materials, textures, and the tables of a 3MF. */
const allowed =
  /(?:\.(?:gltf|glb|bin|obj|mtl|fbx|stl|usd|usda|usdc|model|rels|xml|json|png|jpe?g|webp|bmp|tga|tiff?|exr|hdr|dpx|dds|ktx2?)|\/)$/i;
const unpackedBytesMax = 2_000_000_000;
const expansionMax = 200;
const directoryBytesMax = 1_000_000;

/** Which package it must turn out to be. */
export type ZipPackage = "usdz" | "3mf" | "zip";

/**
 * Passes over a package and judges it by its directory, which stands at its end: whole, not encrypted, no name that
 * leaves its folder, nothing in it but what a model is made of, and no more than it could hold. It is not unpacked.
 */
export function* walkZip(expected: ZipPackage): Walk {
  let total = 0;
  let tail = new Uint8Array(0);
  yield* rest((part) => {
    total += part.length;
    const joined = new Uint8Array(tail.length + part.length);
    joined.set(tail);
    joined.set(part, tail.length);
    tail = joined.length > 2 * directoryBytesMax ? joined.slice(-directoryBytesMax) : joined;
  });
  const entries = readZipDirectory(tail, total);
  checkSizes(entries, total);
  for (const { name, encrypted, method, isLink } of entries) {
    if (isLink) throw new MediaRejected("not_allowed", "zip: a link");
    if (encrypted || (method !== 0 && method !== 8)) throw new MediaRejected("not_allowed", "zip: sealed");
    if (/^[/\\]|^[A-Za-z]:|\\|(?:^|\/)\.\.(?:\/|$)|\0/.test(name) || name === "")
      throw new MediaRejected("not_allowed", "zip: a name that leaves its folder");
    if (!allowed.test(name))
      throw new MediaRejected("not_allowed", "zip: something that is no part of a model");
  }
  if (!isWhole(entries, expected)) throw damaged(`no ${expected}`);
  return { width: null, height: null };
}

function isWhole(entries: readonly ZipEntry[], expected: ZipPackage): boolean {
  const has = (pattern: RegExp) => entries.some(({ name }) => pattern.test(name));
  switch (expected) {
    case "usdz":
      return has(/\.usd[ac]?$/i) && entries.every(({ method }) => method === 0);
    case "3mf":
      return has(/^\[Content_Types\]\.xml$/) && has(/\.model$/i);
    case "zip":
      return has(/\.(?:gltf|glb|obj|fbx|stl)$/i);
  }
}

function checkSizes(entries: readonly ZipEntry[], total: number): void {
  const packed = entries.reduce((sum, entry) => sum + entry.packedBytes, 0);
  const unpacked = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (packed > total) throw damaged("more in it than it holds");
  if (unpacked > unpackedBytesMax || unpacked > 64_000_000 + packed * expansionMax)
    throw new MediaRejected("too_large", `zip: ${unpacked} bytes unpacked`);
}
