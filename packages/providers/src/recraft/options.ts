import * as z from "zod";
import { imageToImageNames, recraftModelNames, sizeNames } from "./models.ts";
import { familyNames, presetNames, substyleNames } from "./styles.ts";

const n = z
  .number()
  .int()
  .min(1)
  .max(6)
  .meta({ title: "How many", description: "Pictures of one request.", default: 1 });
const size = z.enum(sizeNames).meta({
  title: "Size",
  description: "A shape, or one of the model's own sizes.",
});
const imageFormat = z.enum(["png", "webp"]).meta({ title: "File", default: "webp" }).optional();
const margin = (title: string) =>
  z.number().int().min(0).max(4096).meta({ title, description: "Pixels to add.", default: 0 }).optional();

const painted = {
  n: n.optional(),
  substyle: z.enum(substyleNames).meta({ title: "Kind of style" }).optional(),
  negative_prompt: z
    .string()
    .min(1)
    .max(1_000)
    .meta({ title: "Without", description: "What must not be in it." })
    .optional(),
  random_seed: z
    .number()
    .int()
    .min(0)
    .max(4_294_967_295)
    .meta({ title: "Seed", description: "The same number, the same picture." })
    .optional(),
  image_format: imageFormat,
};
const style = { title: "Style", description: "A preset, or a family of styles of the maker's." };
/** Where the operation knows our presets, the vendor's families stand beside them. */
const presetOrFamily = {
  style: z
    .enum([...presetNames, ...familyNames])
    .meta(style)
    .optional(),
};
const family = { style: z.enum(familyNames).meta(style).optional() };

/** What a caller may set, by operation. */
export const recraftOptions = {
  "text-to-image": z.strictObject({
    ...painted,
    ...presetOrFamily,
    model: z.enum(recraftModelNames).meta({ title: "Model" }).optional(),
    size: size.optional(),
  }),
  "image-to-image": z.strictObject({
    ...painted,
    ...presetOrFamily,
    model: z.enum(imageToImageNames).meta({ title: "Model" }).optional(),
    strength: z
      .number()
      .min(0)
      .max(1)
      .meta({ title: "Change", description: "0 leaves the picture, 1 forgets it.", default: 0.5 })
      .optional(),
  }),
  "image-inpaint": z.strictObject({ ...painted, ...family }),
  "generate-background": z.strictObject({ ...painted, ...family }),
  "replace-background": z.strictObject({ ...painted, ...family }),
  outpaint: z.strictObject({
    ...painted,
    ...family,
    expand_left: margin("Left"),
    expand_right: margin("Right"),
    expand_top: margin("Above"),
    expand_bottom: margin("Below"),
    zoom_out_percentage: z
      .number()
      .min(0)
      .lt(100)
      .meta({ title: "Zoom out", description: "Percent." })
      .optional(),
    size: size.optional(),
  }),
  "remove-background": z.strictObject({}),
  vectorize: z.strictObject({}),
  erase: z.strictObject({}),
  upscale: z.strictObject({
    mode: z
      .enum(["crisp", "creative"])
      .meta({ title: "How", description: "Creative invents detail, and costs more.", default: "crisp" })
      .optional(),
    image_format: imageFormat,
  }),
} as const;

/** What the vendor can do of ours. */
export type RecraftOperation = keyof typeof recraftOptions;

/** How many pictures a request asks for. */
export function countOutputs(input: Record<string, unknown>): number {
  return typeof input.n === "number" ? input.n : 1;
}
