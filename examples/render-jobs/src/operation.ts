import { defineOperation } from "@genbff/core";
import * as z from "zod";

const url = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : "must be a text") })
  .min(1, "is empty")
  .max(2048, "is too long");

/** How a render may be wished for; what is left out is as the contract says. */
export const renderOptions = z.strictObject({
  real_world_scale: z.number().min(1, "must be 1 or more").max(200, "must be 200 or less").default(24).meta({
    title: "Repeats",
    description: "How often the texture fits into the picture's width.",
  }),
  enable_refinement: z.boolean().default(false).meta({ title: "Refine" }),
  refinement_seed: z.int().min(0).max(2_147_483_647).default(42).meta({ title: "Seed" }),
  stage_timeout_seconds: z.number().positive().max(3600).nullable().default(null),
});

/** What a render is asked for. */
export const renderInput = z.strictObject({
  image_url: url.meta({ title: "Photo" }),
  texture_url: url.meta({ title: "Texture", description: "The same as the photo: only enhanced." }),
  mask_url: url
    .optional()
    .meta({ title: "Mask", description: "White is painted; without it we look ourselves." }),
  project_id: z.uuid().optional(),
  options: renderOptions.prefault({}),
});

export const renderOperation = defineOperation({
  name: "render",
  title: "A photo with another surface",
  input: renderInput,
  output: "image",
  files: ["image_url", "texture_url", "mask_url"].map((field) => ({ field, kind: "image", max: 1 }) as const),
});
