import * as z from "zod";
import { assetUrl, generationId, oneModel } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** The same model in another file format. */
export const convertModel = defineOperation({
  name: "convert-model",
  title: "Convert a 3D model",
  input: z.object({
    draft_generation_id: generationId.optional(),
    input_model_asset_url: assetUrl.optional(),
  }),
  output: "model",
  files: [{ field: "input_model_asset_url", kind: "model", max: 1 }],
  drafts: ["draft_generation_id"],
  check: oneModel,
});
