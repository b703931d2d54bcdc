import * as z from "zod";
import { imageModels } from "./models.ts";
import { vendorPresets } from "./style-presets.ts";

const share = (title: string, description: string, initial?: number, min = 0) =>
  z
    .number()
    .min(min)
    .max(1)
    .meta({ title, description, ...(initial === undefined ? {} : { default: initial }) })
    .optional();
const grown = (max: number, initial: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(max)
    .meta({ title: "Grow the mask", description: "Pixels beyond its edge.", default: initial })
    .optional();
const margin = (title: string) =>
  z.number().int().min(0).max(2000).meta({ title, description: "Pixels to add.", default: 0 }).optional();
const text = (title: string, description: string) =>
  z.string().min(1).max(10_000).meta({ title, description }).optional();

const drawn = {
  output_format: z.enum(["png", "jpeg", "webp"]).meta({ title: "File", default: "png" }).optional(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(4_294_967_294)
    .meta({ title: "Seed", description: "The same number, the same picture. 0: any.", default: 0 })
    .optional(),
};
const negative = { negative_prompt: text("Without", "What must not be in it.") };
const styled = {
  ...drawn,
  ...negative,
  style_preset: z.enum(vendorPresets).meta({ title: "Look" }).optional(),
};
const aspectRatio = {
  aspect_ratio: z
    .enum(["21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21"])
    .meta({ title: "Shape", description: "Width : height.", default: "1:1" })
    .optional(),
};

const cfgScale = {
  cfg_scale: z
    .number()
    .min(1)
    .max(10)
    .meta({ title: "Obedience", description: "To the words, by the models that take it." })
    .optional(),
};

/** What a caller may set, by operation. Which endpoint takes which of it is for `check`. */
export const stabilityOptions = {
  "text-to-image": z.strictObject({
    ...styled,
    ...aspectRatio,
    ...cfgScale,
    model: z.enum(imageModels).meta({ title: "Model" }).optional(),
  }),
  "image-to-image": z.strictObject({
    ...styled,
    ...aspectRatio,
    control: z
      .enum(["structure", "style"])
      .meta({ title: "Keep", description: "What is taken over from the picture.", default: "structure" })
      .optional(),
    fidelity: share("Fidelity", "How closely the picture is followed."),
    model: z
      .enum(["ultra", "v3.5-large", "v3.5-large-turbo", "v3.5-medium", "v3.5-flash"])
      .meta({ title: "Model", description: "Paints over the picture instead of following it." })
      .optional(),
    strength: share("Change", "With a model: 0 leaves the picture, 1 forgets it.", 0.5),
    ...cfgScale,
  }),
  "sketch-to-image": z.strictObject({
    ...styled,
    control_strength: share("Fidelity", "How closely the lines are followed.", 0.7),
  }),
  "style-transfer": z.strictObject({
    ...drawn,
    ...negative,
    style_strength: share("Style", "How much of it is taken over.", 1),
    composition_fidelity: share("Composition", "How much of it is kept.", 0.9),
    change_strength: share("Change", "How much may change.", 0.9, 0.1),
  }),
  "remove-background": z.strictObject({
    output_format: z.enum(["png", "webp"]).meta({ title: "File", default: "png" }).optional(),
  }),
  "replace-background": z.strictObject({
    ...drawn,
    ...negative,
    foreground_prompt: text("Subject", "What is in front, so that it is kept apart."),
    preserve_original_subject: share("Keep the subject", "1: exactly as it is.", 0.6),
    original_background_depth: share("Keep the depth", "Of the old background.", 0.5),
    keep_original_background: z
      .boolean()
      .meta({ title: "Light only", description: "Keeps the background.", default: false })
      .optional(),
    light_source_direction: z.enum(["left", "right", "above", "below"]).meta({ title: "Light" }).optional(),
    light_source_strength: share("Strength of the light", "Needs its direction.", 0.3),
  }),
  "search-and-recolor": z.strictObject({ ...styled, grow_mask: grown(20, 3) }),
  "search-and-replace": z.strictObject({ ...styled, grow_mask: grown(20, 3) }),
  "image-inpaint": z.strictObject({ ...styled, grow_mask: grown(100, 5) }),
  erase: z.strictObject({ ...drawn, grow_mask: grown(20, 5) }),
  outpaint: z.strictObject({
    ...drawn,
    left: margin("Left"),
    right: margin("Right"),
    up: margin("Above"),
    down: margin("Below"),
    creativity: share("Freedom", "How far it may go from the picture.", 0.5),
    style_preset: styled.style_preset,
  }),
  upscale: z.strictObject({
    ...styled,
    mode: z
      .enum(["fast", "conservative", "creative"])
      .meta({ title: "How", description: "The slower two need a prompt.", default: "fast" })
      .optional(),
    creativity: share("Freedom", "How much detail may be invented."),
  }),
  "image-to-model": z.strictObject({
    model: z.enum(["fine", "fast"]).meta({ title: "Model", default: "fine" }).optional(),
    texture_resolution: z
      .enum(["512", "1024", "2048"])
      .meta({ title: "Surface", default: "1024" })
      .optional(),
    remesh: z.enum(["none", "triangle", "quad"]).meta({ title: "Mesh", default: "none" }).optional(),
    foreground_ratio: z
      .number()
      .min(0.1)
      .max(2)
      .meta({ title: "Margin", description: "Around the thing: 1 to 2, with fast 0.1 to 1." })
      .optional(),
    target_type: z.enum(["none", "vertex", "face"]).meta({ title: "Count", default: "none" }).optional(),
    target_count: z.number().int().min(100).max(20_000).meta({ title: "How many", default: 1000 }).optional(),
    guidance_scale: z.number().min(1).max(10).meta({ title: "Guidance", default: 3 }).optional(),
    seed: drawn.seed,
    vertex_count: z
      .number()
      .int()
      .min(-1)
      .max(20_000)
      .meta({ title: "Points at most", description: "-1: no limit.", default: -1 })
      .optional(),
  }),
} as const;

/** What the vendor can do of ours. */
export type StabilityOperation = keyof typeof stabilityOptions;
