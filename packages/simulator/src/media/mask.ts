import type { Picture } from "./picture.ts";

/** Takes `painted` where the mask is fully transparent, and `original` everywhere else. */
export function keepUnmasked(original: Picture, painted: Picture, mask: Picture): Picture {
  const data = Buffer.from(original.data);
  for (let at = 0; at < data.length; at += 4) {
    if (mask.data[at + 3] === 0) painted.data.copy(data, at, at, at + 4);
  }
  return { ...original, data };
}
