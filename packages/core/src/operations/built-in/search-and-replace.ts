import * as z from "zod";
import { assetUrl, prompt, selectPrompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** Something else in place of what is named. */
export const searchAndReplace = defineOperation({
  name: "search-and-replace",
  title: "Replace a thing",
  input: z.object({ prompt, search_prompt: selectPrompt, input_image_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
