import type { SeedreamModel } from "./models.ts";
import { invalid } from "./refusal.ts";

/** Pixels of a picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

// Sizes of the 2K class, by their proportions.
const shapes: readonly Size[] = [
  { width: 2048, height: 2048 },
  { width: 2304, height: 1728 },
  { width: 1728, height: 2304 },
  { width: 2848, height: 1600 },
  { width: 1600, height: 2848 },
];
const scales: Readonly<Record<string, number>> = { "1K": 0.5, "1.5K": 0.75, "2K": 1, "3K": 1.5, "4K": 2 };

/** What a keyword's picture is shaped by: the first picture, or the words. */
export interface Hints {
  readonly prompt: string;
  readonly input: Size | undefined;
}

/**
 * Reads `size`: exact pixels, or a keyword for which the model chooses the proportions.
 *
 * @throws Refusal - neither, or pixels that this model does not paint.
 */
export function readSize(text: string, model: SeedreamModel, hints: Hints): Size {
  if (model.sizes.includes(text)) return chosen(text, model, hints);
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  if (!match) throw invalid("size", `expected WxH or one of ${model.sizes.join(", ")}`);
  const size = { width: Number(match[1]), height: Number(match[2]) };
  const pixels = size.width * size.height;
  if (pixels < model.pixels.min)
    throw invalid("size", `image size must be at least ${model.pixels.min} pixels`);
  if (pixels > model.pixels.max)
    throw invalid("size", `image size must be at most ${model.pixels.max} pixels`);
  const ratio = size.width / size.height;
  if (ratio < 1 / 16 || ratio > 16) throw invalid("size", "aspect ratio must be between 1/16 and 16");
  return size;
}

function chosen(keyword: string, model: SeedreamModel, { prompt, input }: Hints): Size {
  const ratio = input ? input.width / input.height : ratioIn(prompt);
  const distance = (shape: Size) => Math.abs(Math.log(shape.width / shape.height / ratio));
  const shape = [...shapes].sort((a, b) => distance(a) - distance(b))[0] ?? { width: 2048, height: 2048 };
  const scale = scales[keyword] ?? 1;
  // Wide pictures of the largest class would have more pixels than the model paints.
  const fit = Math.min(scale, Math.sqrt(model.pixels.max / (shape.width * shape.height)));
  const step = (length: number) => Math.floor((length * fit) / 16) * 16;
  return { width: step(shape.width), height: step(shape.height) };
}

function ratioIn(prompt: string): number {
  const [, width, height] = /\b(\d{1,2}):(\d{1,2})\b/.exec(prompt) ?? [];
  if (Number(width) > 0 && Number(height) > 0) return Number(width) / Number(height);
  if (/\b(wide\w*|landscape|panorama|banner|cinematic)\b/i.test(prompt)) return 16 / 9;
  if (/\b(portrait|tall|poster|phone|vertical)\b/i.test(prompt)) return 3 / 4;
  return 1;
}
