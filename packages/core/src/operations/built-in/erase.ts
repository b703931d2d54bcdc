import * as z from "zod";
import { assetUrl, maskUrl } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** What the mask marks white is gone, and what was behind it is painted. */
export const erase = defineOperation({
  name: "erase",
  title: "Erase a part",
  input: z.object({ input_image_asset_url: assetUrl, input_mask_asset_url: maskUrl }),
  output: "image",
  files: [
    { field: "input_image_asset_url", kind: "image", max: 1 },
    { field: "input_mask_asset_url", kind: "image", max: 1 },
  ],
});
