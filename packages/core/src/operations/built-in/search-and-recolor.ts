import * as z from "zod";
import { assetUrl, prompt, selectPrompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** Another colour for what is named. */
export const searchAndRecolor = defineOperation({
  name: "search-and-recolor",
  title: "Recolour a thing",
  input: z.object({ prompt, select_prompt: selectPrompt, input_image_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
