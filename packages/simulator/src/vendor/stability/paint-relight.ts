import { withoutDirectives } from "../../faults/parse.ts";
import { type LightSource, relight } from "../../media/edit/light.ts";
import { blendPictures, lay } from "../../media/edit/matte.ts";
import { findSubject } from "../../media/edit/subject.ts";
import { paintScene } from "../../media/paint-scene.ts";
import { averageColour, open, type Picture, scaleTo, toPicture } from "../../media/picture.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import type { Order } from "./order.ts";
import { needed } from "./paint-new.ts";

/** Puts the subject in front of another background, and both into the same light. */
export async function replaceBackground(order: Order, seed: number): Promise<Picture> {
  const original = needed(order, "subject_image");
  const matte = await findSubject(original);
  const { width, height } = original;
  const background =
    order.text("keep_original_background") === "true" ? original : await backgroundOf(order, original, seed);
  const brief = { prompt: withoutDirectives(order.text("foreground_prompt")), seed, index: 0, width, height };
  const subject =
    brief.prompt === ""
      ? original
      : blendPictures(
          await restyle(original, { ...brief, transparent: false }, []),
          original,
          order.number("preserve_original_subject"),
        );
  return lit(order, lay(background, subject, matte));
}

/** The reference, or a scene from the prompt; both where both are given. */
async function backgroundOf(order: Order, { width, height }: Picture, seed: number): Promise<Picture> {
  const given = order.picture("background_reference");
  const reference = given && (await scaleTo(given, width, height));
  const prompt = withoutDirectives(order.text("background_prompt"));
  if (reference && prompt === "") return soft(reference, order);
  const scene = await paintScene({ prompt, seed, index: 0, width, height, transparent: false });
  return soft(reference ? blendPictures(scene, reference, 0.5) : scene, order);
}

/** A background that is further away than the subject is less sharp. */
function soft(picture: Picture, order: Order): Promise<Picture> {
  const sigma = Math.max(0.4, (order.number("original_background_depth") * picture.width) / 250);
  return toPicture(open(picture).blur(sigma));
}

function lit(order: Order, picture: Picture): Picture {
  const reference = order.picture("light_reference");
  if (!reference && !order.isGiven("light_source_direction")) return picture;
  const tint = reference ? averageColour(reference) : ([255, 236, 200] as const);
  const source = (order.text("light_source_direction") || "above") as LightSource;
  return relight(picture, source, order.number("light_source_strength"), tint);
}
