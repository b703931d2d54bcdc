import { inBands } from "./bands.ts";
import { greyAt } from "./colour.ts";
import { enlarge } from "./enlarge.ts";
import type { Guided } from "./guided-filter.ts";
import { decode, encodePng, type Picture } from "./picture.ts";

/**
 * Stage 5: the photo at the size of the result, by Lanczos, with the painted surface where the mask is. Edges follow the
 * photo at that size and not the smaller copy they were found in.
 */
export async function composite(
  photo: Uint8Array,
  painted: Picture,
  edges: Guided | undefined,
  signal: AbortSignal,
): Promise<Buffer> {
  if (edges === undefined) return encodePng(painted);
  const { width, height } = painted;
  const { data } = await decode(photo, painted);
  signal.throwIfAborted();
  const slopes = enlarge(edges.slope, painted);
  const offsets = enlarge(edges.offset, painted);
  const [slope, offset] = [new Float32Array(width), new Float32Array(width)];
  await inBands(height, signal, (from, to) => {
    for (let y = from; y < to; y++) {
      slopes(y, slope);
      offsets(y, offset);
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3;
        const cover = coverOf((slope[x] ?? 0) * greyAt(data, at) + (offset[x] ?? 0));
        if (cover === 0) continue;
        for (let channel = 0; channel < 3; channel++) {
          const here = data[at + channel] ?? 0;
          data[at + channel] = Math.round(here + ((painted.data[at + channel] ?? 0) - here) * cover);
        }
      }
    }
  });
  return encodePng({ width, height, data });
}

/** Nearly nothing is nothing and nearly all is all: no veil over what is not painted, nothing that shines through. */
function coverOf(part: number): number {
  return Math.min(1, Math.max(0, (part - 0.15) / 0.7));
}
