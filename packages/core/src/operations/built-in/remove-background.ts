import * as z from "zod";
import { assetUrl } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** The subject alone, on nothing. */
export const removeBackground = defineOperation({
  name: "remove-background",
  title: "Remove the background",
  input: z.object({ input_image_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
