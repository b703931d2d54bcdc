import * as z from "zod";
import { assetUrl, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A 3D model from a sketch. */
export const sketchToModel = defineOperation({
  name: "sketch-to-model",
  title: "A 3D model from your sketch",
  input: z.object({ input_sketch_asset_url: assetUrl, prompt: prompt.optional() }),
  output: "model",
  files: [{ field: "input_sketch_asset_url", kind: "image", max: 1 }],
});
