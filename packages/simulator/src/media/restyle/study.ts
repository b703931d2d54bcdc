import { open, type Picture, toPicture } from "../picture.ts";

/** What a painter takes from a photo before the brush is lifted. One number per pixel in each list. */
export interface Study {
  readonly width: number;
  readonly height: number;
  /** The photo with its fine detail painted over; four bytes a pixel. */
  readonly soft: Buffer;
  /** Lightness of the softened photo, 0 to 1, its range stretched. */
  readonly light: Float32Array;
  /** How much of a contour runs here, 0 to 1. */
  readonly edges: Float32Array;
}

/** Studies a photo. `broadness` 1 keeps small shapes, 3 only large ones. */
export async function study(picture: Picture, broadness: number): Promise<Study> {
  const { width, height } = picture;
  // A median of a reduced picture looks like one of the full picture with a wider brush, and costs a tenth.
  const reduced = await toPicture(
    open(picture)
      .resize(Math.max(16, Math.round(width / (1 + broadness))), null)
      .median(5),
  );
  const soft = await toPicture(open(reduced).resize(width, height, { fit: "fill", kernel: "cubic" }));
  const light = stretched(lightnessOf(soft));
  const lines = await toPicture(open(picture).blur(0.8 + broadness * 0.5));
  return { width, height, soft: soft.data, light, edges: contours(lightnessOf(lines), width, height) };
}

function lightnessOf({ data, width, height }: Picture): Float32Array {
  const light = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < light.length; pixel++, at += 4) {
    light[pixel] =
      (0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)) / 255;
  }
  return light;
}

/** Spreads lightness so that its darkest and lightest hundredth become black and white. */
function stretched(light: Float32Array): Float32Array {
  const sample = light.filter((_, pixel) => pixel % 97 === 0).sort();
  const low = sample[Math.floor(sample.length * 0.01)] ?? 0;
  const high = sample[Math.floor(sample.length * 0.99)] ?? 1;
  return light.map((value) => Math.max(0, Math.min(1, (value - low) / Math.max(0.05, high - low))));
}

/** Steepness of the lightness (Sobel), measured against the steepest places of this picture. */
function contours(light: Float32Array, width: number, height: number): Float32Array {
  const edges = new Float32Array(light.length);
  const at = (index: number) => light[index] ?? 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const [up, down] = [i - width, i + width];
      const dx = at(up + 1) + 2 * at(i + 1) + at(down + 1) - at(up - 1) - 2 * at(i - 1) - at(down - 1);
      const dy = at(down - 1) + 2 * at(down) + at(down + 1) - at(up - 1) - 2 * at(up) - at(up + 1);
      // Math.hypot guards against overflow, and that costs half a second on a large picture.
      edges[i] = Math.sqrt(dx * dx + dy * dy);
    }
  }
  const sample = edges.filter((_, pixel) => pixel % 97 === 0).sort();
  const strong = Math.max(0.05, sample[Math.floor(sample.length * 0.97)] ?? 1);
  return edges.map((value) => Math.min(1, value / strong));
}
