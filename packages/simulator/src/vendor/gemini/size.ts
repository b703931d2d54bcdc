/** Pixels of a picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const sides: Readonly<Record<string, number>> = { "512": 512, "1K": 1024, "2K": 2048, "4K": 4096 };

/** Pixels of a size and a ratio: as many as in a square of that size, sides in steps of 16. */
export function pixelsOf(size: string, ratio: string): Size {
  const side = sides[size] ?? 1024;
  const stretch = Math.sqrt(quotientOf(ratio));
  const step = (length: number) => Math.max(16, Math.round(length / 16) * 16);
  return { width: step(side * stretch), height: step(side / stretch) };
}

/** The ratio nearest to a picture's, of those that a model paints. */
export function nearestRatio(ratios: readonly string[], { width, height }: Size): string {
  const distance = (ratio: string) => Math.abs(Math.log(quotientOf(ratio) / (width / height)));
  return [...ratios].sort((a, b) => distance(a) - distance(b))[0] ?? "1:1";
}

function quotientOf(ratio: string): number {
  const [width = 1, height = 1] = ratio.split(":").map(Number);
  return width / height;
}
