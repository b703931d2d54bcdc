import { type PictureLimits, webPictures } from "../shared/check-picture.ts";

/** One address of the vendor's: what it takes by our names, what it calls that, and what it costs. */
export interface StabilityEndpoint {
  readonly path: string;
  /** Credits of the vendor's for one picture or model. */
  readonly credits: number;
  /** Our parameters that choose this endpoint. */
  readonly chosenBy?: readonly string[];
  readonly prompt?: { readonly name: string; readonly required: boolean };
  /** Our parameter → the vendor's field. What is not named here, this endpoint does not take. */
  readonly fields: Readonly<Record<string, string>>;
  /** What is sent where the caller says nothing, by the vendor's names. */
  readonly always?: Readonly<Record<string, string>>;
  /** Our file field → the vendor's field, and what it takes. */
  readonly files: Readonly<Record<string, { readonly name: string; readonly limits: PictureLimits }>>;
  /** Bounds that differ from those of the other endpoints of the same operation. */
  readonly ranges?: Readonly<Record<string, readonly [min: number, max: number]>>;
  /** The answer is the id of a job. */
  readonly later?: true;
  /** The answer is a 3D model. */
  readonly model?: true;
}

/**
 * Picture models of words, by the names that our callers choose by: none of them names the vendor. Each is an endpoint, or
 * a model of the `sd3` one.
 */
export const imageModels = [
  "core",
  "ultra",
  "v3.5-large",
  "v3.5-large-turbo",
  "v3.5-medium",
  "v3.5-flash",
] as const;
export type StabilityModel = (typeof imageModels)[number];

/** The whole request, files and all: 10 MiB. */
export const requestBytesMax = 10_485_760;

// Rules for input pictures, by endpoint: https://platform.stability.ai/docs/api-reference
const any: PictureLimits = { contentTypes: webPictures };
const small = { contentTypes: webPictures, sideMin: 64, pixelsMin: 4_096 };
const r4: PictureLimits = { ...small, pixelsMax: 4_194_304 };
const r9: PictureLimits = { ...small, pixelsMax: 9_437_184 };
const r9Ratio: PictureLimits = { ...r9, ratioMax: 2.5 };

/** What the models of the third generation take besides. */
const ofThird = (model: StabilityModel) => (model === "core" || model === "ultra" ? [] : ["cfg_scale"]);
const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
const drawn = same("seed", "output_format");
const styled = { ...drawn, ...same("negative_prompt", "style_preset") };
const words = { name: "prompt", required: true };
const picture = (limits: PictureLimits) => ({ input_image_asset_url: { name: "image", limits } });
const masked = {
  ...picture(r9),
  input_mask_asset_url: { name: "mask", limits: any },
};
/** What the vendor calls its models of the third generation, and what they cost. */
const sd3 = {
  "v3.5-large": { vendorId: "sd3.5-large", credits: 6.5 },
  "v3.5-large-turbo": { vendorId: "sd3.5-large-turbo", credits: 4 },
  "v3.5-medium": { vendorId: "sd3.5-medium", credits: 3.5 },
  "v3.5-flash": { vendorId: "sd3.5-flash", credits: 2.5 },
} as const;

/** A picture from words. */
export function fromWords(model: StabilityModel): StabilityEndpoint {
  const shared = {
    chosenBy: ["model"],
    prompt: words,
    fields: { ...styled, ...same("aspect_ratio", ...ofThird(model)) },
    files: {},
  };
  const folder = "v2beta/stable-image/generate";
  if (model === "core") return { ...shared, path: `${folder}/core`, credits: 3 };
  if (model === "ultra") return { ...shared, path: `${folder}/ultra`, credits: 8 };
  const { vendorId, credits } = sd3[model];
  const always = { mode: "text-to-image", model: vendorId };
  return { ...shared, path: `${folder}/sd3`, credits, always };
}

/** A picture from a picture by a model of words. `core` takes none. */
export function fromPicture(model: Exclude<StabilityModel, "core">): StabilityEndpoint {
  const shared = { chosenBy: ["model"], prompt: words };
  const folder = "v2beta/stable-image/generate";
  const fields = { ...styled, ...same("strength", ...ofThird(model)) };
  if (model === "ultra") {
    return {
      ...shared,
      path: `${folder}/ultra`,
      credits: 8,
      fields: { ...fields, ...same("aspect_ratio") },
      always: { strength: "0.5" },
      files: picture({ ...small, sideMax: 16_384 }),
    };
  }
  const { vendorId, credits } = sd3[model];
  return {
    ...shared,
    path: `${folder}/sd3`,
    credits,
    fields,
    always: { mode: "image-to-image", model: vendorId, strength: "0.5" },
    files: picture({ contentTypes: webPictures, sideMin: 64 }),
  };
}

const stable = "v2beta/stable-image";
const threeD = { model: true } as const;
const texture = same("texture_resolution", "remesh", "foreground_ratio");

/** All other endpoints. Prices as of November 2026: https://platform.stability.ai/pricing */
export const endpoints = {
  structure: {
    path: `${stable}/control/structure`,
    credits: 5,
    chosenBy: ["control"],
    prompt: words,
    fields: { ...styled, fidelity: "control_strength" },
    files: picture(r9Ratio),
  },
  style: {
    path: `${stable}/control/style`,
    credits: 5,
    chosenBy: ["control"],
    prompt: words,
    fields: { ...styled, ...same("fidelity", "aspect_ratio") },
    files: picture(r9Ratio),
  },
  sketch: {
    path: `${stable}/control/sketch`,
    credits: 5,
    prompt: words,
    fields: { ...styled, ...same("control_strength") },
    files: { input_sketch_asset_url: { name: "image", limits: r9Ratio } },
  },
  styleTransfer: {
    path: `${stable}/control/style-transfer`,
    credits: 8,
    prompt: { name: "prompt", required: false },
    fields: {
      ...drawn,
      ...same("negative_prompt", "style_strength", "composition_fidelity", "change_strength"),
    },
    files: {
      input_image_asset_url: { name: "init_image", limits: { ...r9Ratio, sideMax: 16_383 } },
      input_style_image_asset_url: { name: "style_image", limits: { ...r9, sideMax: 16_383 } },
    },
  },
  erase: {
    path: `${stable}/edit/erase`,
    credits: 5,
    fields: { ...drawn, ...same("grow_mask") },
    files: masked,
  },
  inpaint: {
    path: `${stable}/edit/inpaint`,
    credits: 5,
    prompt: words,
    fields: { ...styled, ...same("grow_mask") },
    files: masked,
  },
  outpaint: {
    path: `${stable}/edit/outpaint`,
    credits: 4,
    prompt: { name: "prompt", required: false },
    fields: { ...drawn, ...same("left", "right", "up", "down", "creativity", "style_preset") },
    files: picture(r9Ratio),
  },
  searchAndReplace: {
    path: `${stable}/edit/search-and-replace`,
    credits: 5,
    prompt: words,
    fields: { ...styled, ...same("search_prompt", "grow_mask") },
    files: picture(r9Ratio),
  },
  searchAndRecolor: {
    path: `${stable}/edit/search-and-recolor`,
    credits: 5,
    prompt: words,
    fields: { ...styled, ...same("select_prompt", "grow_mask") },
    files: picture(r9Ratio),
  },
  removeBackground: {
    path: `${stable}/edit/remove-background`,
    credits: 5,
    fields: same("output_format"),
    files: picture(r4),
  },
  relight: {
    path: `${stable}/edit/replace-background-and-relight`,
    credits: 8,
    prompt: { name: "background_prompt", required: true },
    fields: {
      ...drawn,
      ...same("negative_prompt", "foreground_prompt", "preserve_original_subject"),
      ...same("original_background_depth", "keep_original_background"),
      ...same("light_source_direction", "light_source_strength"),
    },
    files: { input_image_asset_url: { name: "subject_image", limits: r9Ratio } },
    later: true,
  },
  upscaleFast: {
    path: `${stable}/upscale/fast`,
    credits: 2,
    chosenBy: ["mode"],
    fields: same("output_format"),
    files: picture(any),
  },
  upscaleConservative: {
    path: `${stable}/upscale/conservative`,
    credits: 40,
    chosenBy: ["mode"],
    prompt: words,
    fields: { ...drawn, ...same("negative_prompt", "creativity") },
    files: picture(r9Ratio),
    ranges: { creativity: [0.2, 0.5] },
  },
  upscaleCreative: {
    path: `${stable}/upscale/creative`,
    credits: 60,
    chosenBy: ["mode"],
    prompt: words,
    fields: { ...styled, ...same("creativity") },
    files: picture(any),
    // The vendor's document gives no bounds; its own plugin keeps to these.
    ranges: { creativity: [0, 0.35] },
    later: true,
  },
  pointAware3d: {
    path: "v2beta/3d/stable-point-aware-3d",
    credits: 4,
    chosenBy: ["model"],
    fields: { ...texture, ...same("target_type", "target_count", "guidance_scale", "seed") },
    // The document says 64; the live vendor refuses less than 640.
    files: { input_image_asset_urls: { name: "image", limits: { ...r4, sideMin: 640 } } },
    ranges: { foreground_ratio: [1, 2] },
    ...threeD,
  },
  fast3d: {
    path: "v2beta/3d/stable-fast-3d",
    credits: 10,
    chosenBy: ["model"],
    fields: { ...texture, ...same("vertex_count") },
    files: { input_image_asset_urls: { name: "image", limits: r4 } },
    ranges: { foreground_ratio: [0.1, 1] },
    ...threeD,
  },
} as const satisfies Record<string, StabilityEndpoint>;
