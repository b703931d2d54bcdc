import * as z from "zod";
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
