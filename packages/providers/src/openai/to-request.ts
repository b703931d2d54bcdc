import type { JsonObject, JsonValue, ProviderJob } from "@genbff/core";
import type { FormPart } from "../shared/form-data.ts";
import { plainFileName } from "../shared/form-data.ts";
import { maskField, type OpenaiModel } from "./models.ts";

/**
 * Our input as the vendor's fields. The same for both endpoints; files are added when they are sent.
 *
 * Streamed events do not say which of several pictures they belong to: only one alone is streamed.
 */
export function toRequest(job: ProviderJob, model: OpenaiModel, partialImages = 0): JsonObject {
  const { size, quality, background } = job.input;
  // The vendor's defaults for `model` are retired models: always sent.
  const fields: Record<string, JsonValue | undefined> = {
    model: model.id,
    prompt: job.prompt,
    n: job.outputs,
    size,
    quality,
    background,
    safety_identifier: job.userReference,
    ...(partialImages > 0 && job.outputs === 1 ? { stream: true, partial_images: partialImages } : {}),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

/** The fields and files of an edit as a form. `image[]` is the documented name for several. */
export function toForm(fields: JsonObject, files: ProviderJob["files"]): FormPart[] {
  const images = files.filter(({ field }) => field !== maskField);
  const masks = files.filter(({ field }) => field === maskField);
  const name = images.length === 1 ? "image" : "image[]";
  return [
    ...Object.entries(fields).map(([field, value]) => ({ name: field, value: String(value) })),
    ...images.map((file, index) => ({ name, file, fileName: plainFileName(file, index) })),
    ...masks.map((file) => ({ name: "mask", file, fileName: "mask.png" })),
  ];
}
