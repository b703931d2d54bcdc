import * as z from "zod";
import { assetUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** The picture, continued beyond its edges. */
export const outpaint = defineOperation({
  name: "outpaint",
  title: "Continue a picture",
  input: z.object({ prompt: prompt.optional(), input_image_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
