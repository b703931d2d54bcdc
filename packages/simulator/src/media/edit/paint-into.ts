import { isPlace, paintScene, type SceneBrief } from "../paint-scene.ts";
import { open, type Picture, toPicture } from "../picture.ts";
import { fillFromAround } from "./fill.ts";
import { type Box, boxOf, lay, type Matte } from "./matte.ts";

/** What is painted into a picture. */
export type PatchBrief = Omit<SceneBrief, "width" | "height" | "transparent">;

/**
 * Paints what the prompt names into the part that is meant, and leaves every other pixel as it is.
 *
 * A place fills the whole part; a thing stands in it, and what was behind is made up from around.
 */
export async function paintInto(picture: Picture, matte: Matte, brief: PatchBrief): Promise<Picture> {
  const box = boxOf(matte);
  if (!box) return picture;
  const ground = isPlace(brief.prompt) ? picture : await fillFromAround(picture, matte);
  return lay(picture, await patched(ground, box, brief), matte);
}

/** Takes away what is meant and puts what the prompt names in its place, which need not have its outline. */
export async function replaceWith(picture: Picture, matte: Matte, brief: PatchBrief): Promise<Picture> {
  const box = boxOf(matte);
  return box ? patched(await fillFromAround(picture, matte), box, brief) : picture;
}

async function patched(ground: Picture, box: Box, brief: PatchBrief): Promise<Picture> {
  const transparent = !isPlace(brief.prompt);
  const patch = await paintScene({ ...brief, width: box.width, height: box.height, transparent });
  const raw = { width: patch.width, height: patch.height, channels: 4 as const };
  return toPicture(open(ground).composite([{ input: patch.data, raw, left: box.left, top: box.top }]));
}
