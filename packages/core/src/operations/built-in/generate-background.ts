import * as z from "zod";
import { assetUrl, maskUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A new background where the mask is white. */
export const generateBackground = defineOperation({
  name: "generate-background",
  title: "Paint a background",
  input: z.object({ prompt, input_image_asset_url: assetUrl, input_mask_asset_url: maskUrl }),
  output: "image",
  files: [
    { field: "input_image_asset_url", kind: "image", max: 1 },
    { field: "input_mask_asset_url", kind: "image", max: 1 },
  ],
});
