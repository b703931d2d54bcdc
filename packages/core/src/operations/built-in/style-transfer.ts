import * as z from "zod";
import { assetUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A picture in the manner of another. */
export const styleTransfer = defineOperation({
  name: "style-transfer",
  title: "Borrow a style",
  input: z.object({
    prompt: prompt.optional(),
    input_image_asset_url: assetUrl,
    input_style_image_asset_url: assetUrl,
  }),
  output: "image",
  files: [
    { field: "input_image_asset_url", kind: "image", max: 1 },
    { field: "input_style_image_asset_url", kind: "image", max: 1 },
  ],
});
