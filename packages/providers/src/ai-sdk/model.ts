import type { JsonObject } from "@genbff/core";

// The AI SDK's image models by their shape alone: a team brings its own version of the SDK, or none of it.

/** Input of a model, as versions 3 and 4 have it. */
export interface AiSdkCallOptions {
  prompt: string | undefined;
  n: number;
  size: `${number}x${number}` | undefined;
  aspectRatio: `${number}:${number}` | undefined;
  seed: number | undefined;
  files: AiSdkFile[] | undefined;
  mask: AiSdkFile | undefined;
  providerOptions: Record<string, JsonObject>;
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
}

/** A file as the SDK takes it: whole, in memory. */
export interface AiSdkFile {
  type: "file";
  mediaType: string;
  data: Uint8Array;
}

/** What a model answers. Base64, or bytes; never URLs. */
export interface AiSdkResult {
  images: string[] | Uint8Array[];
  warnings: readonly { type: string; feature?: string; setting?: string }[];
  providerMetadata?: Record<string, unknown>;
  usage?: {
    inputTokens?: number | undefined;
    outputTokens?: number | undefined;
    totalTokens?: number | undefined;
  };
}

type Maybe<T> = T | undefined | PromiseLike<T | undefined>;

/**
 * An image model of the Vercel AI SDK, `ImageModelV4` or `ImageModelV3`.
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-core/image-generation
 */
export interface AiSdkImageModel {
  readonly specificationVersion: "v3" | "v4";
  /** For logs, e.g. `fal.image`. */
  readonly provider: string;
  readonly modelId: string;
  readonly maxImagesPerCall: number | undefined | ((options: { modelId: string }) => Maybe<number>);
  /** Version 4 only. Undefined: unknown, which is not no. */
  readonly supportsFileInputs?: Maybe<boolean>;
  readonly supportsMaskInputs?: Maybe<boolean>;
  doGenerate(options: AiSdkCallOptions): PromiseLike<AiSdkResult>;
}

/** The one input that is a mask; every other file is a picture. */
export const maskField = "input_mask_asset_url";

/** @throws Error - it is no image model of a version that we know. */
export function checkModel(model: AiSdkImageModel): void {
  const { specificationVersion: version, doGenerate } = model;
  if ((version !== "v3" && version !== "v4") || typeof doGenerate !== "function")
    throw new Error("ai-sdk: the model must be an ImageModelV4 or ImageModelV3 of the AI SDK.");
}

/** How many pictures one call may ask for. A model that does not say takes one, as the SDK itself has it. */
export async function imagesMaxOf(model: AiSdkImageModel): Promise<number> {
  const { maxImagesPerCall: most, modelId } = model;
  return (typeof most === "function" ? await most({ modelId }) : most) ?? 1;
}
