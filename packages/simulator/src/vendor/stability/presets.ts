import { grainTile } from "../../media/grain.ts";
import { open, type Picture, toPicture } from "../../media/picture.ts";
import { restyle } from "../../media/restyle/restyle.ts";

/** Presets that are another manner of painting, by the words that this manner listens to. */
const manners: Readonly<Record<string, string>> = {
  "digital-art": "poster",
  "comic-book": "comic",
  "fantasy-art": "oil",
  "line-art": "line art",
  isometric: "blueprint",
  "low-poly": "layer",
  origami: "origami",
  "modeling-compound": "plasticine",
  "3d-model": "sculpt",
};

/** Presets that are another development of the same painting. */
const developments: Readonly<Record<string, { saturation?: number; brightness?: number; hue?: number }>> = {
  enhance: { saturation: 1.25 },
  photographic: { saturation: 0.85 },
  anime: { saturation: 1.5, brightness: 1.08 },
  "analog-film": { saturation: 0.6, brightness: 1.05 },
  "neon-punk": { saturation: 2.2, hue: 60 },
  cinematic: { saturation: 0.8, brightness: 0.82 },
};

const pixelCount = 96;

/** Gives a painting the look of a `style_preset`; without one it stays as it is. */
export async function withPreset(picture: Picture, preset: string, seed: number): Promise<Picture> {
  const { width, height } = picture;
  const manner = manners[preset];
  if (manner !== undefined) {
    const brief = { prompt: manner, seed, index: 0, width, height, transparent: false };
    return restyle(picture, brief, [picture]);
  }
  if (preset === "pixel-art") {
    const coarse = await toPicture(open(picture).resize(pixelCount));
    return toPicture(open(coarse).resize(width, height, { fit: "fill", kernel: "nearest" }));
  }
  if (preset === "tile-texture") {
    const tile = await toPicture(open(picture).resize(Math.ceil(width / 3), Math.ceil(height / 3)));
    const raw = { width: tile.width, height: tile.height, channels: 4 as const };
    return toPicture(open(picture).composite([{ input: tile.data, raw, tile: true, gravity: "northwest" }]));
  }
  const development = developments[preset];
  if (!development) return picture;
  const developed = await toPicture(open(picture).modulate(development));
  return preset === "analog-film"
    ? toPicture(open(developed).composite([grainTile(`${seed}`, 0.7, picture)]))
    : developed;
}
