import type { JsonObject, JsonValue, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { findTripoModel, textureModel } from "./models.ts";
import { isDefault } from "./options.ts";
import { convertModelOptions, refineModelOptions, textureModelOf } from "./work-options.ts";

/** What is sent, and where: stored with the attempt and compared when an answer got lost. */
export interface TripoRequest {
  /** Below the base URL, e.g. `generation/text-to-model`. */
  readonly path: string;
  readonly body: JsonObject;
  /** What the vendor charged for importing the model that it works on. */
  readonly importCredits?: number;
}

const storedSchema = z.object({
  path: z.string(),
  body: z.record(z.string(), z.json()),
  importCredits: z.number().optional(),
});
const sides = ["front", "left", "back", "right"] as const;
const plainFields = ["face_limit", "auto_size", "texture_quality", "orientation"];

/** Our input as the vendor's fields. `fileTokens` are the uploaded pictures in the order of the request. */
export function toRequest(job: ProviderJob, model: string, fileTokens: readonly string[]): TripoRequest {
  const { vendorId } = findTripoModel(String(job.input.model_version ?? model));
  const options = { model: vendorId, ...optionsOf(job.input) };
  if (job.operation === "text-to-model") {
    return { path: "generation/text-to-model", body: { prompt: job.prompt ?? "", ...options } };
  }
  const [only, ...others] = fileTokens;
  if (only !== undefined && others.length === 0) {
    return { path: "generation/image-to-model", body: { input: only, ...options } };
  }
  // Named views: by position, the vendor's own examples disagree about the order.
  const inputs = fileTokens.map((token, index) => ({ [sides[index] ?? "front"]: token }));
  return { path: "generation/multiview-to-model", body: { inputs, ...options } };
}

/**
 * Work on a model that is a task of the vendor's. Refining is a new surface: the vendor has a `models/refine`, but none of
 * its models makes the drafts that it takes.
 */
export function toWorkRequest(
  job: ProviderJob,
  source: { readonly taskId: string; readonly credits: number },
): TripoRequest {
  const { input, prompt } = job;
  const importCredits = source.credits > 0 ? { importCredits: source.credits } : {};
  if (job.operation === "convert-model") {
    const body = { input: source.taskId, ...chosen(convertModelOptions, input) };
    return { path: "models/convert", body, ...importCredits };
  }
  const words = prompt === undefined ? {} : { texture_prompt: { text: prompt } };
  const { model_version: _name, ...options } = chosen(refineModelOptions, input);
  const model = textureModelOf(input) ?? textureModel;
  // Left out it means true, and true brings the texture back.
  const plain = options.texture === false ? { pbr: false } : {};
  const body = { input: source.taskId, model, ...words, ...plain, ...options };
  return { path: "models/texture", body, ...importCredits };
}

/** The fields of ours that were set: they have the vendor's own names. */
function chosen({ shape }: z.ZodObject, input: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.keys(shape).flatMap((field) => (input[field] === undefined ? [] : [[field, input[field]]])),
  );
}

/** Reads what `prepare` stored. */
export function readStored(request: JsonObject): TripoRequest {
  return storedSchema.parse(request) as TripoRequest;
}

function optionsOf(input: JsonObject): JsonObject {
  const options: Record<string, JsonValue> = {};
  if (input.texture === false) options.texture = false;
  // Left out it means true, and true brings the texture back.
  if (input.texture === false || input.pbr === false) options.pbr = false;
  for (const field of plainFields) {
    const value = input[field];
    if (value !== undefined && !isDefault(field, value)) options[field] = value;
  }
  return options;
}
