import * as z from "zod";
import { assetUrl, prompt, style } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A picture that follows the lines of a sketch. */
export const sketchToImage = defineOperation({
  name: "sketch-to-image",
  title: "A picture from your sketch",
  input: z.object({ prompt, style: style.optional(), input_sketch_asset_url: assetUrl }),
  output: "image",
  files: [{ field: "input_sketch_asset_url", kind: "image", max: 1 }],
});
