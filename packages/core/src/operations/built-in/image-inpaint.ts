import * as z from "zod";
import { assetUrl, maskUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** Another content where the mask is white. */
export const imageInpaint = defineOperation({
  name: "image-inpaint",
  title: "Repaint a part",
  input: z.object({ prompt, input_image_asset_url: assetUrl, input_mask_asset_url: maskUrl }),
  output: "image",
  files: [
    { field: "input_image_asset_url", kind: "image", max: 1 },
    { field: "input_mask_asset_url", kind: "image", max: 1 },
  ],
});
