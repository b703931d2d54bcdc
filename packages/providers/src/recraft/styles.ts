import type { ProviderJob } from "@genbff/core";
import type { RecraftModel } from "./models.ts";

/**
 * The vendor's own styles that give pictures: family → its substyles, by model.
 * https://www.recraft.ai/docs/api-reference/styles. `vector_illustration` and `icon` draw vectors and are left out.
 */
const families = {
  any: { v3: [], v2: [] },
  realistic_image: {
    v3: [
      ...["b_and_w", "enterprise", "evening_light", "faded_nostalgia", "forest_life", "hard_flash", "hdr"],
      ...["motion_blur", "mystic_naturalism", "natural_light", "natural_tones", "organic_calm"],
      ...["real_life_glow", "retro_realism", "retro_snapshot", "studio_portrait", "urban_drama"],
      ...["village_realism", "warm_folk"],
    ],
    v2: ["b_and_w", "enterprise", "hard_flash", "hdr", "motion_blur", "natural_light", "studio_portrait"],
  },
  digital_illustration: {
    v3: [
      ...["2d_art_poster", "2d_art_poster_2", "antiquarian", "bold_fantasy", "child_book", "cover"],
      ...["crosshatch", "digital_engraving", "engraving_color", "expressionism", "freehand_details", "grain"],
      ...["grain_20", "graphic_intensity", "hand_drawn", "hand_drawn_outline", "handmade_3d", "hard_comics"],
      ...["infantile_sketch", "long_shadow", "modern_folk", "multicolor", "neon_calm", "noir"],
      ...["nostalgic_pastel", "outline_details", "pastel_gradient", "pastel_sketch", "pixel_art", "plastic"],
      ...["pop_art", "pop_renaissance", "seamless", "street_art", "tablet_sketch", "urban_glow"],
      ...["urban_sketching", "young_adult_book", "young_adult_book_2"],
    ],
    v2: [
      ...["2d_art_poster", "2d_art_poster_2", "3d", "80s", "engraving_color", "glow", "grain", "hand_drawn"],
      ...["hand_drawn_outline", "handmade_3d", "infantile_sketch", "kawaii", "pixel_art", "plastic"],
      ...["psychedelic", "seamless", "voxel", "watercolor"],
    ],
  },
  logo_raster: {
    v3: ["emblem_graffiti", "emblem_pop_art", "emblem_punk", "emblem_stamp", "emblem_vintage"],
    v2: undefined,
  },
} as const satisfies Record<string, Record<string, readonly string[] | undefined>>;

type Family = keyof typeof families;
type Substyle = Exclude<(typeof families)[Family]["v3" | "v2"], undefined>[number];
type Input = Readonly<Record<string, unknown>>;

/** What a caller may name as `style` where it is the vendor's. */
export const familyNames = Object.keys(families) as Family[];

/** What a caller may name as `substyle`. Each belongs to one family. */
export const substyleNames: readonly Substyle[] = [
  ...new Set(
    familyNames.flatMap((family) => Object.values(families[family]).flatMap((names) => names ?? [])),
  ),
];

/** Names of our presets, which the vendor's families stand beside in `style`. */
export const presetNames = ["gouache", "clay", "ink", "porcelain", "blueprint", "paper"] as const;

/** Our presets that the vendor has too. The others are words in the prompt. */
const vendorStyleOf: Readonly<Record<string, { readonly style: Family; readonly substyle: Substyle }>> = {
  clay: { style: "digital_illustration", substyle: "handmade_3d" },
  ink: { style: "digital_illustration", substyle: "hand_drawn_outline" },
};

/** What is sent of a style. */
export interface SentStyle {
  readonly prompt: string | undefined;
  readonly style?: string;
  readonly substyle?: string;
}

/** The words to send, and the vendor's style beside them. A substyle that the caller names wins over a preset. Pure. */
export function styleOf(
  { input, prompt, style }: Pick<ProviderJob, "input" | "prompt" | "style">,
  model: RecraftModel,
): SentStyle {
  if (!model.styles) return { prompt };
  const { substyle } = input;
  if (typeof substyle === "string") {
    const family = isFamily(style) ? style : familyOf(substyle);
    return { prompt, ...(family === undefined ? {} : { style: family }), substyle };
  }
  if (isFamily(style)) return { prompt, style };
  const own = vendorStyleOf[style ?? ""];
  if (own === undefined) return { prompt };
  return { prompt: typeof input.prompt === "string" ? input.prompt : prompt, ...own };
}

/** Whether a caller asks for what only the older models have. */
export function wantsStyle(input: Input): boolean {
  return input.style !== undefined || input.substyle !== undefined || input.negative_prompt !== undefined;
}

/** Says which of the fields of a style this model will refuse. */
export function checkStyle(
  input: Input,
  model: RecraftModel,
): { field: string; message: string } | undefined {
  const { style, substyle, negative_prompt } = input;
  const given = { style: isFamily(style) ? style : undefined, substyle, negative_prompt };
  if (!model.styles) {
    const field = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
    return field === undefined
      ? undefined
      : { field, message: "This model has no styles and no negative_prompt." };
  }
  const offered = (family: Family) =>
    families[family][model.id as "v3" | "v2"] as readonly string[] | undefined;
  if (isFamily(style) && offered(style) === undefined)
    return { field: "style", message: "This model does not have it." };
  if (typeof substyle !== "string") return undefined;
  const family = isFamily(style) ? style : familyOf(substyle);
  if (family !== undefined && offered(family)?.includes(substyle)) return undefined;
  const message = isFamily(style)
    ? `${style} of this model does not have it.`
    : "This model does not have it.";
  return { field: "substyle", message };
}

function isFamily(style: unknown): style is Family {
  return typeof style === "string" && Object.hasOwn(families, style);
}

function familyOf(substyle: string): Family | undefined {
  return familyNames.find((family) =>
    Object.values(families[family]).some((names) =>
      (names as readonly string[] | undefined)?.includes(substyle),
    ),
  );
}
