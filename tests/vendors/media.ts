import { decode, encode } from "fast-png";
import { expect } from "vitest";
import type { OperationCase } from "./operation-cases.ts";

/** A picture with something in it, so that there is a subject to cut out. */
export function somePicture(side: number): Uint8Array {
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)];
    const inside = Math.hypot(x - side / 2, y - side / 2) < side / 4;
    data.set(inside ? [200, 120, 40] : [230, 235, (y * 200) / side], at * 3);
  }
  return encode({ width: side, height: side, data, channels: 3 });
}

/** White above, black below. */
export function someMask(side: number): Uint8Array {
  const data = new Uint8Array(side * side).fill(255, 0, (side * side) / 2);
  return encode({ width: side, height: side, data, channels: 1 });
}

const latin = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes).toString("latin1", from, to);

/** What must be seen of a whole file: its head, and that it ends where it says. */
export function expectMedia(bytes: Uint8Array, media: OperationCase["media"]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (media) {
    case "png":
      expect(decode(bytes).width).toBeGreaterThan(100);
      break;
    case "jpeg":
      expect([...bytes.subarray(0, 3), ...bytes.subarray(-2)]).toEqual([0xff, 0xd8, 0xff, 0xff, 0xd9]);
      break;
    case "webp":
      expect([latin(bytes, 0, 4), latin(bytes, 8, 12)]).toEqual(["RIFF", "WEBP"]);
      expect(view.getUint32(4, true) + 8).toBe(bytes.length);
      break;
    case "glb":
      expect(latin(bytes, 0, 4)).toBe("glTF");
      expect(view.getUint32(8, true)).toBe(bytes.length);
      break;
    case "stl":
      expect(84 + 50 * view.getUint32(80, true)).toBe(bytes.length);
      break;
    case "svg":
      expect(new TextDecoder().decode(bytes)).toMatch(/<svg[^>]*>.*<path.*<\/svg>\s*$/s);
      break;
    case "json":
      expect(JSON.parse(new TextDecoder().decode(bytes))).toBeTypeOf("object");
  }
}
