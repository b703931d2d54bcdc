import { createRandom } from "../random.ts";

const tileSize = 256;

/** A tile of fine paper grain, to be laid over a picture with `overlay` or `soft-light`. */
export function grainTile(seed: string, strength: number) {
  const random = createRandom(seed);
  const data = Buffer.alloc(tileSize * tileSize * 4);
  for (let at = 0; at < data.length; at += 4) {
    const value = 128 + (random() + random() - 1) * 128 * strength;
    data.fill(value, at, at + 3);
    data[at + 3] = 255;
  }
  const raw = { width: tileSize, height: tileSize, channels: 4 as const };
  return { input: data, raw, tile: true, blend: "soft-light" as const };
}
