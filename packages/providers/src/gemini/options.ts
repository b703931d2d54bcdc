import type { CheckedFile } from "@genbff/core";
import * as z from "zod";
import { checkPicture, type Refusal } from "../shared/check-picture.ts";
import { aspectRatios, type GeminiImageModel, imageSizes, inputImageLimits } from "./models.ts";

/** What a caller may set for a picture, from words or from pictures. There is no `n`: one call is one picture. */
export const imageOptions = z.strictObject({
  aspect_ratio: z
    .enum(aspectRatios)
    .meta({
      title: "Aspect ratio",
      description: "Width : height. Default: that of the first picture, else 1:1.",
    })
    .optional(),
  image_size: z
    .enum(imageSizes)
    .meta({ title: "Size", description: "The longer side, about.", default: "1K" })
    .optional(),
});

/** A plan of prompts has no parameters of the vendor's. */
export const planOptions = z.strictObject({});

/** Says which field the chosen model will refuse, before anything is held for it. */
export function checkImage(
  model: GeminiImageModel,
  input: Record<string, unknown>,
  files: readonly CheckedFile[],
): Refusal {
  const { aspect_ratio, image_size } = input;
  if (aspect_ratio !== undefined && !model.aspectRatios.includes(String(aspect_ratio))) {
    return { field: "aspect_ratio", message: `One of: ${model.aspectRatios.join(", ")}.` };
  }
  if (image_size !== undefined && !model.imageSizes.includes(String(image_size))) {
    return { field: "image_size", message: `One of: ${model.imageSizes.join(", ")}.` };
  }
  return checkFiles(files);
}

function checkFiles(files: readonly CheckedFile[]): Refusal {
  const { countMax, bytesMax, each } = inputImageLimits;
  const field = files[0]?.field ?? "";
  if (files.length > countMax) return { field, message: `At most ${countMax} pictures.` };
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) > bytesMax) {
    const most = bytesMax.toLocaleString("en-US");
    return { field, message: `The pictures must have ${most} bytes or fewer, all together.` };
  }
  for (const file of files) {
    const refusal = checkPicture(file, each);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
