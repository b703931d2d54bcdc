import type { Rgb } from "../colour.ts";
import type { Picture } from "../picture.ts";

/** Where light comes from. */
export type LightSource = "left" | "right" | "above" | "below";

/** Lights a picture from one side: brighter and tinted there, darker across. `strength` is 0 to 1. */
export function relight(picture: Picture, source: LightSource, strength: number, tint: Rgb): Picture {
  const { width, height } = picture;
  const data = Buffer.from(picture.data);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const across = source === "left" || source === "right" ? x / width : y / height;
      const near = source === "left" || source === "above" ? 1 - across : across;
      for (let channel = 0; channel < 3; channel++) {
        const shaded = (data[at + channel] ?? 0) * (1 - strength * 0.75 * (1 - near));
        const room = Math.max(0, (tint[channel] ?? 0) - shaded);
        data[at + channel] = Math.round(shaded + room * strength * 0.6 * near * near);
      }
    }
  }
  return { ...picture, data };
}
