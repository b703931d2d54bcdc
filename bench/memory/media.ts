import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { pngHeader, pngOf } from "../../packages/core/src/assets/__fixtures__/media.ts";

const pieceBytes = 64 * 1024;

/** A binary glTF of exactly that many bytes, a multiple of four: a short scene, and a buffer of noise. */
export function* glbPieces(bytes: number): Generator<Uint8Array> {
  const binaryBytes = bytes - 12 - 8 - sceneBytes - 8;
  if (bytes % 4 !== 0 || binaryBytes < 4) throw new Error(`no GLB has ${bytes} bytes`);
  const scene = JSON.stringify({ asset: { version: "2.0" }, buffers: [{ byteLength: binaryBytes }] });
  const head = Buffer.alloc(bytes - binaryBytes, " ");
  head.write("glTF", 0, "latin1");
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(bytes, 8);
  head.writeUInt32LE(sceneBytes, 12);
  head.write("JSON", 16, "latin1");
  head.write(scene, 20, "latin1");
  head.writeUInt32LE(binaryBytes, 20 + sceneBytes);
  head.write("BIN\0", 24 + sceneBytes, "latin1");
  yield head;
  for (let left = binaryBytes; left > 0; left -= pieceBytes) yield randomBytes(Math.min(pieceBytes, left));
}
const sceneBytes = 128;

/** A PNG of noise, of about that many bytes: nothing in it can be compressed. */
export function noisePng(bytes: number): Uint8Array {
  const side = Math.max(1, Math.round(Math.sqrt(bytes / 3)));
  const row = side * 3 + 1;
  const rows = randomBytes(row * side);
  for (let at = 0; at < rows.length; at += row) rows[at] = 0;
  const data = deflateSync(rows, { level: 0 });
  return pngOf([
    ["IHDR", pngHeader(side, side)],
    ["IDAT", data],
    ["IEND", new Uint8Array(0)],
  ]);
}
