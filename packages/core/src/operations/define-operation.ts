import type * as z from "zod";
import type { JsonObject, JsonValue } from "../shared/json.ts";

/** The type of an operation whose output is JSON, kept on the generation. */
export interface Json<Value> {
  readonly "~json": Value;
}

/** What an operation gives. A vector drawing is an SVG file, kept as a download. */
export type OutputKind = "image" | "vector" | "model" | Json<unknown>;

/** Which field of the input holds files, what they must be, and how many. */
export interface InputFileField {
  /** The field's name: one URL, or a list of them. */
  readonly field: string;
  readonly kind: "image" | "model";
  readonly max: number;
}

/** What a generation came to, as its operation sees it when it names the generations that follow. */
export interface Outcome {
  /** The generation itself: a following one can name it as its draft. */
  readonly generation_id: string;
  /** The validated request. */
  readonly input: JsonObject;
  /** The JSON output, checked by the operation's own schema; undefined where the output is files. */
  readonly output: JsonValue | undefined;
  /** What was stored: an `asset_id` can be the input of a following generation. */
  readonly assets: readonly { readonly asset_id: string; readonly index: number }[];
}

/** A generation that follows: priced and held by itself, started in the transaction that completes its parent. */
export interface FollowUp {
  readonly operation: string;
  /** May be left out where the operation's own rules allow it. */
  readonly provider?: string;
  readonly input: JsonObject;
}

/** An operation as the catalogue keeps it. Types travel in the `~` members, which do not exist at run time. */
export interface Operation<Name extends string, Input extends object, Output extends OutputKind> {
  readonly name: Name;
  readonly title: string;
  /** The strict schema of the common input. */
  readonly schema: z.ZodObject;
  readonly output: "image" | "vector" | "model" | z.ZodType;
  readonly files: readonly InputFileField[];
  /** Fields that name a complete generation of the caller, made by the same provider. */
  readonly drafts: readonly string[];
  /** Refuses fields that do not go together, before any credit is held. */
  readonly check: (input: JsonObject) => { field: string; message: string } | undefined;
  /** The words that go to the provider, before the style preset. */
  readonly promptOf: (input: JsonObject) => string | undefined;
  /** Which generations follow from an outcome; at most 100. Pure: a crash may ask it again. */
  readonly followUps: (outcome: Outcome) => readonly FollowUp[];
  readonly "~input": Input;
  readonly "~output": Output;
}

export type AnyOperation = Operation<string, object, OutputKind>;

/** The mapped type has no alias, so that hovers, messages and declarations print the fields themselves. */
type OutputOf<Out> = Out extends z.ZodType
  ? Json<z.output<Out>>
  : Out extends "image" | "vector" | "model"
    ? Out
    : never;

/**
 * Defines an operation of the team's own, or replaces a built-in one of the same name.
 *
 * `input` is the common input; each provider adds its own parameters. `files` names the fields that hold input
 * files: they take an asset id or a URL, and arrive at the provider checked and stored.
 *
 * @example
 * const planLogo = defineOperation({
 *   name: "plan-logo",
 *   title: "A plan for a logo",
 *   input: z.object({ brief: z.string().min(1).max(4000) }),
 *   output: z.object({ prompts: z.array(z.string()).max(32) }),
 * });
 */
export function defineOperation<
  const Name extends string,
  In extends z.ZodObject,
  Out extends "image" | "vector" | "model" | z.ZodType,
>(definition: {
  name: Name;
  /** Shown to people. */
  title: string;
  input: In;
  output: Out;
  files?: readonly InputFileField[];
  /** Fields that hold the id of a complete generation of the caller; its provider is handed its own job. */
  drafts?: readonly string[];
  /** Names the field and says why, where fields do not go together. */
  check?: (input: JsonObject) => { field: string; message: string } | undefined;
  prompt?: (input: z.output<NoInfer<In>>) => string | undefined;
  followUps?: (outcome: Outcome) => readonly FollowUp[];
}): Operation<Name, { [Field in keyof z.input<In>]: z.input<In>[Field] }, OutputOf<Out>> {
  const promptOf =
    definition.prompt ??
    ((input: { prompt?: unknown }) => (typeof input.prompt === "string" ? input.prompt : undefined));
  return {
    name: definition.name,
    title: definition.title,
    schema: definition.input.strict(),
    output: definition.output,
    files: definition.files ?? [],
    drafts: definition.drafts ?? [],
    check: definition.check ?? (() => undefined),
    promptOf: promptOf as (input: JsonObject) => string | undefined,
    followUps: definition.followUps ?? (() => []),
  } as unknown as Operation<Name, { [Field in keyof z.input<In>]: z.input<In>[Field] }, OutputOf<Out>>;
}
