import type { CheckedFile } from "@genbff/core";
import * as z from "zod";
import { checkPicture, type Refusal } from "../shared/check-picture.ts";
import { inputImageLimits, picturesMax, ratioMax, type SeedreamModel } from "./models.ts";

/** What a caller may set, from words and from pictures. The vendor documents no seed, no ratio and no negative prompt. */
export const imageOptions = z.strictObject({
  n: z
    .number()
    .int()
    .min(1)
    .max(picturesMax)
    .meta({ title: "How many", description: "Related pictures of one series.", default: 1 })
    .optional(),
  size: z
    .string()
    .regex(/^([124]K|1\.5K|3K|[1-9]\d{2,4}x[1-9]\d{2,4})$/)
    .meta({ title: "Size", description: "2K or 4K, or width x height.", default: "2048x2048" })
    .optional(),
  output_format: z.enum(["jpeg", "png"]).meta({ title: "Format", default: "jpeg" }).optional(),
  background: z.enum(["transparent", "opaque"]).meta({ title: "Background" }).optional(),
  prompt_optimization: z
    .enum(["standard", "fast"])
    .meta({ title: "Care for the prompt", description: "Fast gives less.", default: "standard" })
    .optional(),
});

type Input = Record<string, unknown>;

/** How many pictures a request asks for. */
export function countOutputs(input: Input): number {
  return typeof input.n === "number" ? input.n : 1;
}

/** Says which field the chosen model will refuse, before anything is held for it. */
export function checkOptions(model: SeedreamModel, input: Input, files: readonly CheckedFile[]): Refusal {
  return (
    checkCount(model, countOutputs(input), files) ??
    checkSize(model, input.size) ??
    checkLook(model, input) ??
    files.map((file) => checkPicture(file, inputImageLimits)).find((refusal) => refusal !== undefined)
  );
}

function checkCount(model: SeedreamModel, n: number, files: readonly CheckedFile[]): Refusal {
  if (n > 1 && !model.series) return { field: "n", message: "This model makes one picture at a time." };
  if (files.length > model.inputsMax) {
    return { field: files[0]?.field ?? "", message: `At most ${model.inputsMax} pictures.` };
  }
  if (n + files.length > picturesMax) {
    return {
      field: "n",
      message: `Pictures that are given and pictures that are made: at most ${picturesMax}.`,
    };
  }
  return undefined;
}

function checkSize({ sizes, pixels }: SeedreamModel, size: unknown): Refusal {
  if (typeof size !== "string" || sizes.includes(size)) return undefined;
  const field = "size";
  const [width, height] = size.split("x").map(Number);
  if (width === undefined || height === undefined) {
    return { field, message: `One of: ${sizes.join(", ")}, or width x height.` };
  }
  if (width * height < pixels.min || width * height > pixels.max) {
    const [min, max] = [pixels.min, pixels.max].map((limit) => limit.toLocaleString("en-US"));
    return { field, message: `Width times height must be ${min} to ${max} pixels.` };
  }
  if (Math.max(width / height, height / width) > ratioMax) {
    return { field, message: `The longer side must be at most ${ratioMax} times the shorter one.` };
  }
  return undefined;
}

function checkLook(model: SeedreamModel, { output_format, background, prompt_optimization }: Input): Refusal {
  const message = "This model does not offer it.";
  if (output_format === "png" && !model.formats) return { field: "output_format", message };
  if (background !== undefined && !model.background) return { field: "background", message };
  if (background === "transparent" && output_format !== "png") {
    return { field: "background", message: "This needs the output_format png." };
  }
  if (prompt_optimization === "fast" && !model.fast) return { field: "prompt_optimization", message };
  return undefined;
}
