import type { SceneBrief } from "../paint-scene.ts";
import { open, type Picture, toPicture } from "../picture.ts";

export async function restyle(
  original: Picture,
  brief: SceneBrief,
  references: readonly Picture[],
): Promise<Picture> {
  return toPicture(
    open(original)
      .median(7)
      .modulate({ saturation: 1.3, hue: brief.index * 20 + references.length }),
  );
}
