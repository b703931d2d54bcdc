import { applyStyle, type CheckedFile } from "@genbff/core";
import * as z from "zod";
import { findTripoModel, inputImageLimits, promptLengthMax, tripoModelIds } from "./models.ts";

export const texture = z.boolean().meta({ title: "Colour", description: "Off: shape only.", default: true });
export const pbr = z
  .boolean()
  .meta({ title: "Materials", description: "Metal, gloss and roughness.", default: true });
export const textureQuality = z
  .enum(["standard", "detailed", "extreme"])
  .meta({ title: "Surface detail", default: "standard" });

const shared = {
  texture: texture.optional(),
  pbr: pbr.optional(),
  model_version: z.enum(tripoModelIds).meta({ title: "Version" }).optional(),
  face_limit: z
    .number()
    .int()
    .min(48)
    .max(1_500_000)
    .meta({ title: "Faces at most", description: "Fewer load faster." })
    .optional(),
  auto_size: z
    .boolean()
    .meta({ title: "Real size", description: "Scale to metres.", default: false })
    .optional(),
  texture_quality: textureQuality.optional(),
};

/** What a caller may set for a model from words. */
export const textToModelOptions = z.strictObject(shared);

/** What a caller may set for a model from one to four pictures, or from a sketch. */
export const imageToModelOptions = z.strictObject({
  ...shared,
  orientation: z
    .enum(["default", "align_image"])
    .meta({ title: "Facing", description: "Turn the model as in the picture.", default: "default" })
    .optional(),
});

type Input = Record<string, unknown>;
type Refusal = { field: string; message: string } | undefined;

/** Says which field will be refused, before anything is held for it. */
export function checkOptions(defaultModel: string, input: Input, files: readonly CheckedFile[]): Refusal {
  return (
    checkModel(defaultModel, input) ?? checkTexture(input) ?? checkPrompt(input, files) ?? checkFiles(files)
  );
}

export function checkModel(defaultModel: string, input: Input): Refusal {
  const { lacks, faceLimit } = findTripoModel(String(input.model_version ?? defaultModel));
  const field = lacks.find((name) => input[name] !== undefined && !isDefault(name, input[name]));
  if (field !== undefined) return { field, message: "This version does not offer it." };
  const faces = input.face_limit;
  if (typeof faces === "number" && (faces < faceLimit.min || faces > faceLimit.max)) {
    return { field: "face_limit", message: `This version makes ${faceLimit.min} to ${faceLimit.max} faces.` };
  }
  return undefined;
}

export function checkTexture(input: Input): Refusal {
  if (input.texture !== false) return undefined;
  const message = "This needs texture.";
  if (input.pbr === true) return { field: "pbr", message };
  if (!isDefault("texture_quality", input.texture_quality)) return { field: "texture_quality", message };
  return isDefault("orientation", input.orientation) ? undefined : { field: "orientation", message };
}

/** The prompt is sent only where there is no picture. With its style it may grow too long. */
export function checkPrompt({ prompt, style }: Input, files: readonly CheckedFile[]): Refusal {
  if (typeof prompt !== "string" || files.length > 0) return undefined;
  const sent = applyStyle(prompt, typeof style === "string" ? style : undefined, "model") ?? "";
  if (sent.length > promptLengthMax) {
    return { field: "prompt", message: `At most ${promptLengthMax} characters, with the style.` };
  }
  if (/[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Co}\u200b-\u200f]|\u20e3|\ufe0f/u.test(sent)) {
    return { field: "prompt", message: "Emoji and invisible characters cannot be used here." };
  }
  return undefined;
}

function checkFiles(files: readonly CheckedFile[]): Refusal {
  const { countMax, bytesMax, sideMin, contentTypes } = inputImageLimits;
  const [first] = files;
  if (first !== undefined && files.length > countMax)
    return { field: first.field, message: `At most ${countMax} pictures: front, left, back, right.` };
  for (const { field, contentType, bytes, width, height } of files) {
    if (!(contentTypes as readonly string[]).includes(contentType)) {
      return { field, message: "The picture must be a PNG, JPEG or WebP." };
    }
    if (bytes > bytesMax) return { field, message: "The picture must be 20 MB or less." };
    if ((width ?? sideMin) < sideMin || (height ?? sideMin) < sideMin) {
      return { field, message: "The picture must be at least 256 × 256 pixels." };
    }
  }
  return undefined;
}

/** The vendor's defaults. A key is left out rather than sent with its default: some models refuse its presence. */
const defaults: Record<string, unknown> = {
  texture: true,
  pbr: true,
  auto_size: false,
  texture_quality: "standard",
  orientation: "default",
};

/** Whether a value says no more than leaving it out. */
export function isDefault(field: string, value: unknown): boolean {
  return value === undefined || value === defaults[field];
}
