import type { JsonObject, JsonValue, ProviderJob } from "@genbff/core";
import { Base64File, type JsonTemplate } from "../shared/json-body.ts";

/** Our input as the vendor's fields; the pictures are added when it is sent. */
export function toRequest(job: ProviderJob, model: string): JsonObject {
  const { size, output_format, background, prompt_optimization } = job.input;
  const { outputs, prompt = "" } = job;
  const fields: Record<string, JsonValue | undefined> = {
    model,
    // The model itself decides how many pictures a series has, and it goes by the words.
    prompt: outputs === 1 ? prompt : `${prompt}\n\nMake a series of ${outputs} pictures.`,
    size,
    // A link lives for a day: a copy that breaks off can start again, while bytes in the answer come once.
    response_format: "url",
    // Left out it means true: a mark on every picture.
    watermark: false,
    output_format,
    background,
    ...(prompt_optimization === undefined ? {} : { optimize_prompt_options: { mode: prompt_optimization } }),
    // A series takes minutes; as a stream its pictures come one by one, and a cut loses only those that follow.
    ...(outputs === 1
      ? {}
      : {
          sequential_image_generation: "auto",
          sequential_image_generation_options: { max_images: outputs },
          stream: true,
        }),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

/** The request with its pictures, in the order of the request. */
export function withPictures(request: JsonObject, files: ProviderJob["files"]): JsonTemplate {
  const pictures = files.map((file) => new Base64File(file, `data:${file.contentType};base64,`));
  return { ...request, image: pictures.length === 1 ? (pictures[0] as Base64File) : pictures };
}
