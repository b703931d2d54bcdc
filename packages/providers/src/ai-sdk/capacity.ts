import { type OfferedOperation, ProviderError, type ProviderJob } from "@genbff/core";
import { type AiSdkImageModel, imagesMaxOf, maskField } from "./model.ts";
import type { AnyAiSdkOffer } from "./offer.ts";

/** What can be said before anything is held is said then. */
export function bounded(
  offers: Readonly<Record<string, AnyAiSdkOffer>>,
  model: AiSdkImageModel,
  bytesMax: number,
) {
  const most = typeof model.maxImagesPerCall === "number" ? model.maxImagesPerCall : undefined;
  const bound = (offer: AnyAiSdkOffer): OfferedOperation => ({
    parameters: offer.parameters,
    ...(offer.outputs ? { outputs: offer.outputs } : {}),
    check(input, files) {
      const wanted = offer.outputs?.(input) ?? 1;
      if (most !== undefined && wanted > most) return { field: "n", message: `At most ${most} at once.` };
      const large = files.find(({ bytes }) => bytes > bytesMax);
      if (large) return { field: large.field, message: `The picture must have at most ${bytesMax} bytes.` };
      return offer.check?.(input, files);
    },
  });
  return Object.fromEntries(Object.entries(offers).map(([operation, offer]) => [operation, bound(offer)]));
}

/** What a model says only when it is asked. */
export async function checkCapacity(model: AiSdkImageModel, { outputs, files }: ProviderJob): Promise<void> {
  if (outputs > (await imagesMaxOf(model)))
    throw refused("validation_failed", "too many pictures for one call", "n");
  const mask = files.find(({ field }) => field === maskField);
  if (files.length > 0 && (await model.supportsFileInputs) === false)
    throw refused("provider_unavailable", "the model takes no pictures");
  if (mask !== undefined && (await model.supportsMaskInputs) === false)
    throw refused("provider_unavailable", "the model takes no masks");
}

function refused(
  code: "validation_failed" | "provider_unavailable",
  why: string,
  field?: string,
): ProviderError {
  const message = `ai-sdk: ${why}`;
  return field === undefined
    ? new ProviderError(code, { outcome: "refused", message, operator: true })
    : new ProviderError(code, { outcome: "refused", message, details: { field } });
}
