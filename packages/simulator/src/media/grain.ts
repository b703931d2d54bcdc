import { createRandom } from "../random.ts";

const tileSize = 256;

/**
 * A tile of fine paper grain, to be laid over a picture with `overlay` or `soft-light`.
 *
 * @param size - the picture's, which no tile may exceed.
 */
export function grainTile(
  seed: string,
  strength: number,
  size: { readonly width: number; readonly height: number },
) {
  const random = createRandom(seed);
  const [width, height] = [Math.min(tileSize, size.width), Math.min(tileSize, size.height)];
  const data = Buffer.alloc(width * height * 4);
  for (let at = 0; at < data.length; at += 4) {
    const value = 128 + (random() + random() - 1) * 128 * strength;
    data.fill(value, at, at + 3);
    data[at + 3] = 255;
  }
  const raw = { width, height, channels: 4 as const };
  return { input: data, raw, tile: true, blend: "soft-light" as const };
}
