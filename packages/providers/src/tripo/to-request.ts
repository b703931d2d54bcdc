import type { JsonObject, JsonValue, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { isDefault } from "./options.ts";

/** What is sent, and where: stored with the attempt and compared when an answer got lost. */
export interface TripoRequest {
  /** Below the base URL, e.g. `generation/text-to-model`. */
  readonly path: string;
  readonly body: JsonObject;
}

const storedSchema = z.object({ path: z.string(), body: z.record(z.string(), z.json()) });
const sides = ["front", "left", "back", "right"] as const;
const plainFields = ["face_limit", "auto_size", "texture_quality", "orientation"];

/** Our input as the vendor's fields. `fileTokens` are the uploaded pictures in the order of the request. */
export function toRequest(job: ProviderJob, model: string, fileTokens: readonly string[]): TripoRequest {
  const options = { model: String(job.input.model_version ?? model), ...optionsOf(job.input) };
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
