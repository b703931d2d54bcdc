import * as z from "zod";
import { assetUrl } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** The picture as an SVG drawing. It is kept as a download: browsers are never let to run it. */
export const vectorize = defineOperation({
  name: "vectorize",
  title: "Turn into a vector drawing",
  input: z.object({ input_image_asset_url: assetUrl }),
  output: "vector",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});
