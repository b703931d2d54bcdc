import { inBands } from "./bands.ts";
import type { Picture } from "./picture.ts";

/** How much of the difference from its neighbours a pixel gets on top, and the grain of a film, in bytes. */
const contrast = 0.45;
const grain = 5;

/**
 * Stage 4, for whoever wants it: crisper details and the fine grain that photos have and flat textures lack. The same
 * seed gives the same bytes.
 */
export async function refine(painted: Picture, seed: number, signal: AbortSignal): Promise<Picture> {
  const { width, height, data } = painted;
  const refined = new Uint8Array(data.length);
  const row = width * 3;
  await inBands(height, signal, (from, to) => {
    for (let y = from; y < to; y++) {
      const up = y === 0 ? 0 : -row;
      const down = y === height - 1 ? 0 : row;
      for (let x = 0; x < width; x++) {
        const left = x === 0 ? 0 : -3;
        const right = x === width - 1 ? 0 : 3;
        // Coarse and fine, as it is in film: and the same for all three colours.
        const noise = noiseAt(seed, x, y) * 0.6 + noiseAt(seed ^ 0x5bd1e995, x >> 1, y >> 1) * 0.4;
        for (let channel = 0; channel < 3; channel++) {
          const at = y * row + x * 3 + channel;
          const value = data[at] ?? 0;
          const around =
            ((data[at + up] ?? 0) +
              (data[at + down] ?? 0) +
              (data[at + left] ?? 0) +
              (data[at + right] ?? 0)) /
            4;
          refined[at] = Math.min(
            255,
            Math.max(0, Math.round(value + (value - around) * contrast + noise * grain)),
          );
        }
      }
    }
  });
  return { width, height, data: refined };
}

/** From -1 to 1, the same for the same place and seed. */
function noiseAt(seed: number, x: number, y: number): number {
  let mixed = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(seed, 0xc2b2ae3d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x7fffffff - 1;
}
