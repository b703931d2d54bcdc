import type { JsonObject, OfferedOperation, ProviderJob } from "@genbff/core";
import type * as z from "zod";

/** What a request becomes; everything else of the call is ours. */
export interface AiSdkInput {
  /** Default: the prompt of the request, with its style. */
  readonly prompt?: string | undefined;
  readonly size?: `${number}x${number}` | undefined;
  readonly aspectRatio?: `${number}:${number}` | undefined;
  readonly seed?: number | undefined;
  /** The vendor's own settings, by its key, e.g. `{ openai: { quality: "high" } }`. */
  readonly providerOptions?: Record<string, JsonObject> | undefined;
}

/** How a model does one operation. */
export interface AiSdkOffer<Schema extends z.ZodObject> {
  /** What a browser may set beside the operation's common input: `z.strictObject({ … })`. */
  readonly parameters: Schema;
  /** Pure: it may be asked twice. Default: the prompt alone. */
  readonly input?: (job: {
    readonly operation: string;
    readonly prompt: string | undefined;
    readonly parameters: z.output<Schema>;
    readonly input: ProviderJob["input"];
    readonly outputs: number;
  }) => AiSdkInput;
  /** How many pictures a request asks for; at most what the model makes in one call. Default 1. */
  readonly outputs?: NonNullable<OfferedOperation["outputs"]>;
  /** Refuses, before any credit is held, what the model cannot take. */
  readonly check?: NonNullable<OfferedOperation["check"]>;
}

/** An offer whose parameters are known at run time only. */
export type AnyAiSdkOffer = AiSdkOffer<z.ZodObject>;
