import { keepUnmasked } from "../../media/mask.ts";
import type { SceneBrief } from "../../media/paint-scene.ts";
import { open, type Picture, scaleTo, toPicture } from "../../media/picture.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import type { EditInputs } from "./edit-inputs.ts";

/**
 * Paints an edit from its first picture; the others lend their colours.
 *
 * Where the mask is opaque the first picture stays exactly as it is.
 */
export async function paintEdit(brief: SceneBrief, { images, mask, markup }: EditInputs): Promise<Picture> {
  const [first, ...references] = images;
  const original = await scaleTo(await withMarkup(first, markup), brief.width, brief.height);
  const painted = await restyle(original, brief, references);
  return mask ? keepUnmasked(original, painted, await scaleTo(mask, brief.width, brief.height)) : painted;
}

async function withMarkup(picture: Picture, markup: Picture | undefined): Promise<Picture> {
  if (!markup) return picture;
  const { data, width, height } = markup;
  return toPicture(open(picture).composite([{ input: data, raw: { width, height, channels: 4 } }]));
}
