import { inBands } from "./bands.ts";
import { linear, toByte } from "./colour.ts";
import { enlarge } from "./enlarge.ts";
import type { Picture, Size } from "./picture.ts";
import type { Shading } from "./shade.ts";
import { tileOf } from "./tile.ts";

/**
 * Stage 3: the texture, laid tile by tile over the whole picture and lit like the surface that it covers.
 *
 * @param repeats - `real_world_scale`: how often the texture fits into the picture's width.
 */
export async function project(
  texture: Uint8Array,
  { light, colour }: Shading,
  size: Size,
  repeats: number,
  signal: AbortSignal,
): Promise<Picture> {
  const tile = await tileOf(texture, Math.max(4, Math.round(size.width / repeats)));
  signal.throwIfAborted();
  const { width, height } = size;
  const data = new Uint8Array(width * height * 3);
  const [red, green, blue] = colour;
  const lightRow = new Float32Array(width);
  const enlarged = enlarge(light, size);
  await inBands(height, signal, (from, to) => {
    for (let y = from; y < to; y++) {
      enlarged(y, lightRow);
      const tileRow = (y % tile.height) * tile.width;
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3;
        const source = (tileRow + (x % tile.width)) * 3;
        const here = lightRow[x] ?? 0;
        data[at] = toByte((linear[tile.data[source] ?? 0] ?? 0) * here * red);
        data[at + 1] = toByte((linear[tile.data[source + 1] ?? 0] ?? 0) * here * green);
        data[at + 2] = toByte((linear[tile.data[source + 2] ?? 0] ?? 0) * here * blue);
      }
    }
  });
  return { width, height, data };
}
