import * as z from "zod";
import { assetUrl, prompt, style } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A picture from another picture. */
export const imageToImage = defineOperation({
  name: "image-to-image",
  title: "A picture from your photo",
  input: z.object({ prompt, style: style.optional(), input_image_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
