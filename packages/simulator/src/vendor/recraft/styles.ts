import type { RecraftModel } from "./models.ts";
import { invalid } from "./refusal.ts";

const families: Readonly<Record<string, { readonly v3?: string; readonly v2?: string }>> = {
  any: { v3: "", v2: "" },
  realistic_image: {
    v3: "b_and_w enterprise evening_light faded_nostalgia forest_life hard_flash hdr motion_blur mystic_naturalism natural_light natural_tones organic_calm real_life_glow retro_realism retro_snapshot studio_portrait urban_drama village_realism warm_folk",
    v2: "b_and_w enterprise hard_flash hdr motion_blur natural_light studio_portrait",
  },
  digital_illustration: {
    v3: "2d_art_poster 2d_art_poster_2 antiquarian bold_fantasy child_book cover crosshatch digital_engraving engraving_color expressionism freehand_details grain grain_20 graphic_intensity hand_drawn hand_drawn_outline handmade_3d hard_comics infantile_sketch long_shadow modern_folk multicolor neon_calm noir nostalgic_pastel outline_details pastel_gradient pastel_sketch pixel_art plastic pop_art pop_renaissance seamless street_art tablet_sketch urban_glow urban_sketching young_adult_book young_adult_book_2",
    v2: "2d_art_poster 2d_art_poster_2 3d 80s engraving_color glow grain hand_drawn hand_drawn_outline handmade_3d infantile_sketch kawaii pixel_art plastic psychedelic seamless voxel watercolor",
  },
  vector_illustration: {
    v3: "bold_stroke chemistry colored_stencil cosmics cutout depressive editorial emotional_flat engraving line_art line_circuit linocut marker_outline mosaic naivector roundish_flat seamless segmented_colors sharp_contrast thin vector_photo vivid_shapes",
    v2: "cartoon doodle_line_art engraving flat_2 kawaii line_art line_circuit linocut seamless",
  },
  icon: {
    v2: "broken_line colored_outline colored_shapes colored_shapes_gradient doodle_fill doodle_offset_fill offset_fill outline outline_gradient pictogram",
  },
  logo_raster: { v3: "emblem_graffiti emblem_pop_art emblem_punk emblem_stamp emblem_vintage" },
};

/** Families that a style of one's own can belong to. */
export const styleFamilies: readonly string[] = Object.keys(families);

/** Styles by display name. The vendor has more; these are the ones that its guide names. */
export const basicStyles = [
  { style: "Photorealism", model: "recraftv3", vector: false },
  { style: "Illustration", model: "recraftv3", vector: false },
  { style: "Recraft V3 Raw", model: "recraftv3", vector: false },
  { style: "Vector art", model: "recraftv3_vector", vector: true },
  { style: "Line art", model: "recraftv3_vector", vector: true },
  { style: "Engraving", model: "recraftv3_vector", vector: true },
] as const;

/** Whether pictures in this style are drawings. */
export function isVectorStyle(style: string | undefined): boolean {
  if (style === undefined) return false;
  return (
    /^(vector_illustration|icon)$/.test(style) || basicStyles.some((one) => one.style === style && one.vector)
  );
}

/**
 * Checks a style and its substyle against the model.
 *
 * @throws Refusal - unknown to the model, or a model without styles.
 */
export function checkStyle(
  style: string | undefined,
  substyle: string | undefined,
  { line, id }: RecraftModel,
): void {
  if (style === undefined && substyle === undefined) return;
  if (line !== "v2" && line !== "v3") throw invalid("style", `is not supported by ${id}`);
  if (style !== undefined && basicStyles.some((one) => one.style === style)) {
    if (substyle !== undefined) throw invalid("substyle", `does not belong to ${style}`);
    return;
  }
  const family = families[style ?? "any"]?.[line];
  if (family === undefined) throw invalid("style", `${style} is not a style of ${id}`);
  if (substyle !== undefined && !family.split(" ").includes(substyle)) {
    throw invalid("substyle", `${substyle} is not a substyle of ${style ?? "any"} in ${id}`);
  }
}
