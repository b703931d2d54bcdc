import type { CheckedFile } from "@genbff/core";
import * as z from "zod";
import { checkMask, checkPicture } from "../shared/check-picture.ts";
import { maskLimits } from "../shared/mask.ts";
import { inputImageLimits, maskField, type OpenaiModel } from "./models.ts";

const n = z
  .number()
  .int()
  .min(1)
  .max(10)
  .meta({ title: "How many", description: "Pictures of one request.", default: 1 });
const size = z
  .enum(["auto", "1024x1024", "1536x1024", "1024x1536"])
  .meta({ title: "Size", description: "Width × height.", default: "auto" });
const quality = z
  .enum(["auto", "low", "medium", "high", "xhigh", "max"])
  .meta({ title: "Quality", description: "More takes longer and costs more.", default: "auto" });
const background = z.enum(["auto", "transparent", "opaque"]).meta({ title: "Background", default: "auto" });

/** What a caller may set for a picture from words. */
export const textToImageOptions = z.strictObject({
  n: n.optional(),
  size: size.optional(),
  quality: quality.optional(),
  background: background.optional(),
});

/** What a caller may set for a picture from a picture, whole or in part. */
export const imageToImageOptions = z.strictObject({
  n: n.optional(),
  size: size.optional(),
  background: background.optional(),
  quality: quality.optional(),
});

/** How many pictures a request asks for. */
export function countOutputs(input: Record<string, unknown>): number {
  return typeof input.n === "number" ? input.n : 1;
}

/** Says which field the chosen model will refuse, before anything is held for it. */
export function checkOptions(
  model: OpenaiModel,
  input: Record<string, unknown>,
  files: readonly CheckedFile[],
): { field: string; message: string } | undefined {
  if (!model.highQualities && (input.quality === "xhigh" || input.quality === "max")) {
    return { field: "quality", message: "This quality is not offered." };
  }
  const pictures = files.filter(({ field }) => field !== maskField);
  const [first] = pictures;
  if (first !== undefined && pictures.length > inputImageLimits.countMax)
    return { field: first.field, message: `At most ${inputImageLimits.countMax} pictures.` };
  for (const file of files) {
    const { field, bytes, contentType } = file;
    if (field === maskField) {
      const refusal = checkPicture(file, maskLimits) ?? checkMask(files);
      if (refusal) return refusal;
      continue;
    }
    if (!(inputImageLimits.contentTypes as readonly string[]).includes(contentType)) {
      return { field, message: "The picture must be a PNG, JPEG or WebP." };
    }
    if (bytes >= inputImageLimits.bytesBelow) return { field, message: "The picture must be under 50 MB." };
  }
  return undefined;
}
