import * as z from "zod";
import { assetUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A 3D model from one picture, or from two to four views in the order front, left, back, right. */
export const imageToModel = defineOperation({
  name: "image-to-model",
  title: "A 3D model from a picture",
  input: z.object({
    input_image_asset_urls: z
      .array(assetUrl)
      .min(1)
      .max(4)
      .meta({ title: "Pictures", description: "One picture, or 2–4 views: front, left, back, right." }),
    prompt: prompt.optional(),
  }),
  output: "model",
  files: [{ field: "input_image_asset_urls", kind: "image", max: 4 }],
});
