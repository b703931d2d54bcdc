import { isProviderError } from "@genbff/core";
import * as z from "zod";
import { defineModel, type ModelParameters, parametersOf, toJson } from "../any-model/offer.ts";
import { generate, readFiles } from "./call.ts";
import { bounded, checkCapacity } from "./capacity.ts";
import { type AiSdkImageModel, checkModel, maskField } from "./model.ts";
import type { AiSdkOffer, AnyAiSdkOffer } from "./offer.ts";
import { toResult } from "./to-result.ts";

export type { ModelParameters } from "../any-model/offer.ts";
export type { AiSdkCallOptions, AiSdkFile, AiSdkImageModel, AiSdkResult } from "./model.ts";
export type { AiSdkInput, AiSdkOffer } from "./offer.ts";

/** Which operations an image model of the AI SDK is offered for. */
export interface AiSdkSettings<Offered extends ModelParameters> {
  offers: { readonly [Operation in keyof Offered]: AiSdkOffer<Offered[Operation]> };
  /** Input files are whole in memory while the SDK sends them; larger ones are refused. Default 20,000,000. */
  inputBytesMax?: number | undefined;
  /** How long a call may take. Default 180,000 ms. */
  timeoutMs?: number | undefined;
}

const storedSchema = z.object({
  prompt: z.string().optional(),
  size: z.templateLiteral([z.number(), "x", z.number()]).optional(),
  aspectRatio: z.templateLiteral([z.number(), ":", z.number()]).optional(),
  seed: z.number().optional(),
  providerOptions: z.record(z.string(), z.record(z.string(), z.json())).optional(),
});

/**
 * Any image model of the Vercel AI SDK, by its interface alone: nothing of the SDK is needed to run.
 *
 * One `doGenerate` is one purchase, and is never repeated: not here, and not by the SDK, whose retries are in
 * `generateImage`. Nothing of a call survives its connection: a lost answer stays unknown. Vendors that GenBFF knows by
 * themselves lose less.
 *
 * Settings that the model does not honour are logged, and noted with the picture as `not_honoured`.
 *
 * Generations that it fails end with `content_rejected`, `validation_failed`, `asset_unusable`, `provider_failed`,
 * `provider_unavailable`, `submission_unknown` or `output_unavailable`.
 * https://ai-sdk.dev/docs/ai-sdk-core/image-generation
 *
 * @throws Error - it is no `ImageModelV4` or `ImageModelV3`, or nothing is offered.
 *
 * @example
 * aiSdk(createOpenAI({ apiKey }).image("gpt-image-1"), {
 *   offers: { "text-to-image": { parameters: z.strictObject({}) } },
 * });
 */
export function aiSdk<const Offered extends ModelParameters>(
  model: AiSdkImageModel,
  settings: AiSdkSettings<Offered>,
) {
  const { inputBytesMax = 20_000_000, timeoutMs = 180_000 } = settings;
  checkModel(model);
  const offers = settings.offers as unknown as Readonly<Record<string, AnyAiSdkOffer>>;

  return defineModel<Offered>("ai-sdk", bounded(offers, model, inputBytesMax) as never, {
    // "openai.image" → "openai".
    vendor: model.provider.split(".", 1)[0] ?? model.provider,
    submitTimeoutMs: timeoutMs + 5_000,

    async prepare(job) {
      await checkCapacity(model, job);
      const offer = offers[job.operation];
      if (offer === undefined) throw new Error(`'${job.operation}' is not offered any more.`);
      const { operation, prompt, input, outputs } = job;
      const parameters = parametersOf(offer.parameters, input);
      return {
        request: toJson(operation, () => {
          const made = offer.input?.({ operation, prompt, parameters, input, outputs });
          return storedSchema.parse({ ...made, prompt: made?.prompt ?? prompt });
        }),
      };
    },

    async submit(job, prepared, { signal, logger }) {
      const { prompt, size, aspectRatio, seed, providerOptions = {} } = storedSchema.parse(prepared.request);
      const images = await readFiles(job.files.filter(({ field }) => field !== maskField));
      const [mask] = await readFiles(job.files.filter(({ field }) => field === maskField));
      const files = images.length === 0 ? undefined : images;
      const call = { prompt, n: job.outputs, size, aspectRatio, seed, files, mask, providerOptions };
      const result = await generate(model, call, { signal, timeoutMs });
      if (isProviderError(result)) return { state: "refused", error: result };
      return toResult(result, { model, outputs: job.outputs, logger });
    },
  });
}
