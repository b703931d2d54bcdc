import type { RecraftModel } from "./models.ts";
import { invalid } from "./refusal.ts";

/** Pixels of a picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const base =
  "1:1=1024x1024 2:1=1536x768 1:2=768x1536 3:2=1280x832 2:3=832x1280 4:3=1216x896 3:4=896x1216 5:4=1152x896 4:5=896x1152 6:10=832x1344 14:10=1280x896 10:14=896x1280 16:9=1344x768 9:16=768x1344";
const older =
  "1:1=1024x1024 2:1=2048x1024 1:2=1024x2048 3:2=1536x1024 2:3=1024x1536 4:3=1365x1024 3:4=1024x1365 5:4=1280x1024 4:5=1024x1280 6:10=1024x1707 10:6=1707x1024 14:10=1434x1024 10:14=1024x1434 16:9=1820x1024 9:16=1024x1820";

const table = (text: string) => new Map(text.split(" ").map((pair) => pair.split("=") as [string, string]));
const sizesOf = { base: table(base), older: table(older) };

/**
 * Reads a size, in pixels or as a ratio.
 *
 * @throws Refusal - one that the model does not make.
 */
export function readSize(text: string, { line, pro }: RecraftModel): Size {
  const sizes = line === "v2" || line === "v3" ? sizesOf.older : sizesOf.base;
  const side = pro ? 2 : 1;
  for (const [ratio, pixels] of sizes) {
    const [width, height] = pixels.split("x").map((value) => Number(value) * side) as [number, number];
    if (text === ratio || text === `${width}x${height}`) return { width, height };
  }
  throw invalid("size", `${text} is not a size of this model`);
}

/** The size that a prompt asks for in words. */
export function sizeFor(prompt: string, model: RecraftModel): Size {
  const words = prompt.toLowerCase();
  if (/\b(portrait|tall|vertical|poster|phone)\b/.test(words)) return readSize("2:3", model);
  if (/\b(landscape|wide|panorama|banner|horizontal)\b/.test(words)) return readSize("3:2", model);
  return readSize("1:1", model);
}
