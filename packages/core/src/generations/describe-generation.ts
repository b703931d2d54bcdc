import type { BffContext } from "../context.ts";
import { applyStyle, stylePresetsVersion } from "../operations/style-presets.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { priceOf, type ReadRequest } from "./read-request.ts";
import type { SourceFile } from "./work-order.ts";

/** An input file with where it came from. */
export interface GenerationSource extends SourceFile {
  readonly asset_id: string | null;
  readonly input_asset_id: string | null;
}

/**
 * Everything SQL is told of a generation that is to be written, whether a request asks for it or another generation's
 * outcome: one description, so that both are priced, styled and limited alike.
 */
export async function describeGeneration(
  context: BffContext,
  read: ReadRequest,
  sources: readonly GenerationSource[],
): Promise<JsonObject> {
  const { offer, input, drafts } = read;
  const output = offer.operation.output;
  const style = typeof input.style === "string" ? input.style : undefined;
  const prompt = offer.operation.promptOf(input);
  return {
    operation: offer.operation.name,
    provider: offer.providerKey,
    candidates: offer.candidates.map(({ providerKey }) => providerKey),
    input,
    sources: sources as unknown as JsonValue,
    drafts: drafts as unknown as JsonValue,
    prompt: (output === "image" || output === "model" ? applyStyle(prompt, style, output) : prompt) ?? null,
    style: style ?? null,
    style_version: stylePresetsVersion,
    output_kind: typeof output === "string" ? output : "json",
    outputs: offer.outputsOf(input),
    price: (await priceOf(context, read)) as unknown as JsonValue,
    limits: {
      open_generations_per_user: context.limits.openGenerationsPerUser,
      queue_depth: context.limits.queueDepth,
      rate: context.rateOf(offer.operation.name, offer.providerKey),
      attempts: context.limits.attempts,
      deadline_ms: context.limits.deadlineMs,
    },
  };
}
