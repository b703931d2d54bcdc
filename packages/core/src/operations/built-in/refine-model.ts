import * as z from "zod";
import { assetUrl, generationId, oneModel, prompt } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A finer version, or a new surface, of a model that was made here or brought along. */
export const refineModel = defineOperation({
  name: "refine-model",
  title: "Refine a 3D model",
  input: z.object({
    prompt: prompt.optional(),
    draft_generation_id: generationId.optional(),
    input_model_asset_url: assetUrl.optional(),
  }),
  output: "model",
  files: [{ field: "input_model_asset_url", kind: "model", max: 1 }],
  drafts: ["draft_generation_id"],
  check: oneModel,
});
