import type { JsonObject, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { Base64File, type JsonTemplate } from "../shared/json-body.ts";

/** What is sent, and where, without the pictures: stored with the attempt. */
export interface GeminiRequest {
  readonly model: string;
  readonly body: JsonObject;
}

const storedSchema = z.object({ model: z.string(), body: z.record(z.string(), z.json()) });

/** Our input as a request for one picture; the pictures are added when it is sent. */
export function toImageRequest({ prompt = "", input }: ProviderJob, model: string): GeminiRequest {
  const { aspect_ratio, image_size } = input;
  const imageConfig: JsonObject = {
    ...(aspect_ratio === undefined ? {} : { aspectRatio: aspect_ratio }),
    ...(image_size === undefined ? {} : { imageSize: image_size }),
  };
  return {
    model,
    body: {
      contents: [{ role: "user", parts: [{ text: prompt }] }],
      generationConfig: {
        // The default is words as well, and then sometimes words alone.
        responseModalities: ["IMAGE"],
        ...(Object.keys(imageConfig).length === 0 ? {} : { imageConfig }),
      },
    },
  };
}

/** The request with its pictures behind its own words, in the order of the request. */
export function withPictures({ body }: GeminiRequest, { files }: ProviderJob): JsonTemplate {
  // As we have written it: one turn of texts. A plan that is being repaired has more of them than the prompt.
  const [turn] = body.contents as [{ parts: { text: string }[] }];
  const pictures = files.map((file) => ({
    inlineData: { mimeType: file.contentType, data: new Base64File(file) },
  }));
  return { ...body, contents: [{ role: "user", parts: [...turn.parts, ...pictures] }] };
}

/** Reads what `prepare` stored. */
export function readStored(request: JsonObject): GeminiRequest {
  return storedSchema.parse(request) as GeminiRequest;
}

/** The one method that we use, of the given model. */
export function pathOf(model: string): string {
  return `models/${model}:generateContent`;
}
