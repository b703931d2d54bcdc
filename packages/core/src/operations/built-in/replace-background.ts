import * as z from "zod";
import { assetUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** The same subject before another background, in its light. */
export const replaceBackground = defineOperation({
  name: "replace-background",
  title: "Another background",
  input: z.object({ prompt, input_image_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
