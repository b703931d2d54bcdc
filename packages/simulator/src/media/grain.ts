import { createRandom } from "../random.ts";

const tileSize = 256;

/** A tile of fine paper grain, to be laid over a picture of that size: no larger than the picture itself. */
export function grainTile(seed: string, strength: number, picture = { width: tileSize, height: tileSize }) {
  const random = createRandom(seed);
  const [width, height] = [Math.min(tileSize, picture.width), Math.min(tileSize, picture.height)];
  const data = Buffer.alloc(width * height * 4);
  for (let at = 0; at < data.length; at += 4) {
    const value = 128 + (random() + random() - 1) * 128 * strength;
    // One by one: "fill" checks its arguments for longer than it writes three bytes.
    data[at] = value;
    data[at + 1] = value;
    data[at + 2] = value;
    data[at + 3] = 255;
  }
  const raw = { width, height, channels: 4 as const };
  return { input: data, raw, tile: true, blend: "soft-light" as const };
}
