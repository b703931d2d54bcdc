import * as z from "zod";
import type { JsonObject } from "../shared/json.ts";
import { type Style, stylePresets } from "./style-presets.ts";

/** Letters people write, without the control characters and lone surrogates that no database or vendor wants. */
export function plainText(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => text.trim().length > 0, "Only white space.")
    .refine(
      (text) => !/[^\P{Cc}\t\n\r]/u.test(text) && text.isWellFormed(),
      "Control characters or lone surrogates.",
    );
}

export const prompt = plainText(4000).meta({ title: "Prompt", description: "What to make, in words." });

export const style = z
  .enum(Object.keys(stylePresets) as [Style, ...Style[]])
  .meta({ title: "Style", description: "A preset that is added to the prompt." });

/** An asset id, an input-asset id, a URL of our storage, or an https URL. */
export const assetUrl = z
  .string()
  .min(1)
  .max(2048)
  .meta({ title: "Input", description: "An asset's id or URL, or an https URL." });

/** The mask of a picture, of the same size: white is changed, black is kept. Providers turn it for their vendor. */
export const maskUrl = assetUrl.meta({ title: "Mask", description: "White is changed, black is kept." });

/** Names the thing in a picture that is to be changed. */
export const selectPrompt = plainText(4000).meta({
  title: "What",
  description: "The thing that is changed.",
});

/** A generation of the caller that is complete. */
export const generationId = z.uuid().meta({ title: "Model", description: "A model that was made here." });

/** Exactly one model is worked on: one that was made here, or one that was brought along. */
export function oneModel(input: JsonObject): { field: string; message: string } | undefined {
  const named = ["draft_generation_id", "input_model_asset_url"].filter(
    (field) => input[field] !== undefined,
  );
  if (named.length === 1) return undefined;
  return {
    field: named[1] ?? "draft_generation_id",
    message: "Name one of draft_generation_id and input_model_asset_url.",
  };
}
