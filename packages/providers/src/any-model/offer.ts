import {
  defineProvider,
  isProviderError,
  type JsonObject,
  type JsonValue,
  type OfferedOperation,
  type Provider,
  ProviderError,
  type ProviderJob,
  type ProviderPort,
} from "@genbff/core";
import type * as z from "zod";

/** An input file where the model can read it. */
export interface ModelFile {
  /** The input field that it came in by, e.g. `input_image_asset_url`. */
  readonly field: string;
  readonly contentType: string;
  readonly url: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** A request, as the team's own code turns it into its model's input. */
export interface ModelJob<Parameters> {
  readonly operation: string;
  /** After the style preset was applied. */
  readonly prompt: string | undefined;
  /** What was chosen of this offer's own parameters. */
  readonly parameters: Parameters;
  /** The whole validated request: the operation's common input beside the parameters. */
  readonly input: JsonObject;
  /** Uploaded already, in the order of the request. Masks are white where something changes. */
  readonly files: readonly ModelFile[];
  /** How many outputs were priced. */
  readonly outputs: number;
  /** A stable hash of the end user, for models that ask for one. */
  readonly userReference: string;
}

/** One output, at its place among those that were asked for. */
export type ModelOutput =
  /** A file that is fetched from there. */
  | { readonly url: string; readonly metadata?: JsonObject }
  /** For operations whose output is JSON. */
  | { readonly json: JsonValue; readonly metadata?: JsonObject }
  /** Withheld, blurred or blackened by the model's own filter. */
  | { readonly rejected: true }
  /** Its place was left empty. */
  | { readonly missing: true };

/** What a run came to, for those who know their model's price. */
export interface ModelRun {
  readonly output: JsonValue;
  /** The vendor's own measure of the work, where it tells. */
  readonly seconds: number | undefined;
}

/** How a model does one operation. */
export interface ModelOffer<Schema extends z.ZodObject> {
  /** What a browser may set beside the operation's common input: `z.strictObject({ … })`. */
  readonly parameters: Schema;
  /** The model's own input. Fields that are undefined are left out. Pure: it may be asked twice. */
  readonly input: (job: ModelJob<z.output<Schema>>) => Record<string, JsonValue | undefined>;
  /** How many outputs a request asks for; priced before it starts. Default 1. */
  readonly outputs?: NonNullable<OfferedOperation["outputs"]>;
  /** Refuses, before any credit is held, what the model cannot take. */
  readonly check?: NonNullable<OfferedOperation["check"]>;
  /** Where the outputs are in what the model gives. Default: `findOutputs`. Pure: it may be asked twice. */
  readonly result?: (output: JsonValue) => readonly ModelOutput[];
  /** What a run costs us, for the books. Default: the vendor's seconds. */
  readonly cost?: (run: ModelRun) => { readonly unit: string; readonly amount: number } | undefined;
}

/** The schemas of all offers, by operation: what their types are inferred from. */
export type ModelParameters = Record<string, z.ZodObject>;

/** All that a model offers, by operation. */
export type ModelOffers<Offered extends ModelParameters> = {
  readonly [Operation in keyof Offered]: ModelOffer<Offered[Operation]>;
};

/** An offer whose parameters are known at run time only. */
export type AnyModelOffer = ModelOffer<z.ZodObject>;

/** Registers a model behind its offers. @throws Error - there is none. */
export function defineModel<Offered extends ModelParameters>(
  vendor: string,
  offers: { readonly [Operation in keyof Offered]: OfferedOperation & { parameters: Offered[Operation] } },
  port: ProviderPort,
): Provider<{
  // Without an alias, so that declarations of a team's own files print the fields themselves.
  -readonly [Operation in keyof Offered]: {
    [Field in keyof z.input<Offered[Operation]>]: z.input<Offered[Operation]>[Field];
  };
}> {
  const entries = Object.entries<OfferedOperation>(offers);
  if (entries.length === 0) throw new Error(`${vendor}: offers names no operation.`);
  const registered = entries.map(([operation, { parameters, outputs, check }]) => [
    operation,
    { parameters, ...(outputs ? { outputs } : {}), ...(check ? { check } : {}) },
  ]);
  return defineProvider({ ...port, offers: Object.fromEntries(registered) }) as never;
}

/** The offer of one operation. @throws Error - there is none any more: the server was changed under a generation. */
export function offerOf<Offered extends ModelParameters>(
  offers: ModelOffers<Offered>,
  operation: string,
): AnyModelOffer {
  const offer = Object.hasOwn(offers, operation) ? offers[operation] : undefined;
  if (offer === undefined) throw new Error(`'${operation}' is not offered any more.`);
  return offer as unknown as AnyModelOffer;
}

/**
 * The model's input for a request whose files lie at `urls`.
 *
 * @throws ProviderError `provider_failed` - refused, for the operator: the offer's `input` threw.
 */
export function toModelInput(offer: AnyModelOffer, job: ProviderJob, urls: readonly string[]): JsonObject {
  const { operation, prompt, input, outputs, userReference } = job;
  const files = job.files.map(({ field, contentType, width, height }, index) => {
    return { field, contentType, width, height, url: urls[index] ?? "" };
  });
  const parameters = parametersOf(offer.parameters, input);
  return toJson(operation, () =>
    offer.input({ operation, prompt, parameters, input, files, outputs, userReference }),
  );
}

/**
 * What a team's own code makes of a request, as the JSON that is stored and sent.
 *
 * @throws ProviderError `provider_failed` - refused, for the operator: it threw, or made something that is no JSON.
 */
export function toJson(operation: string, make: () => object): JsonObject {
  try {
    return JSON.parse(JSON.stringify(make())) as JsonObject;
  } catch (cause) {
    if (isProviderError(cause)) throw cause;
    throw new ProviderError("provider_failed", {
      outcome: "refused",
      message: `the offer's \`input\` failed for '${operation}'`,
      operator: true,
      cause,
    });
  }
}

/** What was chosen of an offer's own parameters: they were parsed with the whole request already. */
export function parametersOf(schema: z.ZodObject, input: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([field]) => Object.hasOwn(schema.shape, field)));
}
