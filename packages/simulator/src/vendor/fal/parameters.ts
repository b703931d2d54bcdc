import { isRecord } from "../../faults/json.ts";
import { type Detail, detailOf } from "./failure.ts";

/** What one field of a model's input may be. */
export type Parameter = { readonly isRequired?: true; readonly default?: unknown } & (
  | { readonly type: "string"; readonly min?: number; readonly max?: number }
  | { readonly type: "integer" | "number"; readonly min: number; readonly max: number }
  | { readonly type: "boolean" }
  | { readonly type: "choice"; readonly values: readonly (string | number)[] }
  | { readonly type: "size" }
  /** An address or a data URI. */
  | { readonly type: "image" }
  | { readonly type: "images"; readonly min: number; readonly max: number }
);

/** The input of one endpoint. */
export type Parameters = Readonly<Record<string, Parameter>>;

type Place = readonly (string | number)[];

const sideMin = 64;
const sideMax = 2048;

/** Sizes by name. */
export const namedSizes: Readonly<Record<string, { readonly width: number; readonly height: number }>> = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
};

/** Everything that is wrong with an input, in the order of the fields. A field that is null counts as absent. */
export function checkInput(fields: Record<string, unknown>, parameters: Parameters): Detail[] {
  const known = Object.entries(parameters).flatMap(([name, parameter]) => {
    const value = fields[name];
    if (value != null) return checkValue([name], value, parameter);
    if (parameter.isRequired !== true) return [];
    return [detailOf(name, "missing", "Field required", { input: fields })];
  });
  const unknown = Object.keys(fields)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map((name) =>
      detailOf(name, "extra_forbidden", "Extra inputs are not permitted", { input: fields[name] }),
    );
  return [...known, ...unknown];
}

function checkValue(at: Place, input: unknown, parameter: Parameter): Detail[] {
  switch (parameter.type) {
    case "string":
      return checkText(at, input, parameter.min ?? 0, parameter.max ?? 100_000);
    case "integer":
    case "number":
      return checkNumber(at, input, parameter);
    case "boolean":
      return typeof input === "boolean"
        ? []
        : [detailOf(at, "bool_type", "Input should be a valid boolean", { input })];
    case "choice":
      return checkChoice(at, input, parameter.values);
    case "size":
      return checkSize(at, input);
    case "image":
      return checkText(at, input, 1, Number.MAX_SAFE_INTEGER);
    case "images": {
      if (!Array.isArray(input))
        return [detailOf(at, "list_type", "Input should be a valid list", { input })];
      if (input.length < parameter.min) {
        return [
          wrongLength(at, "sequence_too_short", `at least ${parameter.min}`, { min_length: parameter.min }),
        ];
      }
      if (input.length > parameter.max) {
        return [
          wrongLength(at, "sequence_too_long", `at most ${parameter.max}`, { max_length: parameter.max }),
        ];
      }
      return input.flatMap((item, index) => checkText([...at, index], item, 1, Number.MAX_SAFE_INTEGER));
    }
  }
}

function wrongLength(at: Place, type: string, bound: string, ctx: Record<string, unknown>): Detail {
  return detailOf(at, type, `The list should have ${bound} items`, { ctx });
}

function checkText(at: Place, input: unknown, min: number, max: number): Detail[] {
  if (typeof input !== "string")
    return [detailOf(at, "string_type", "Input should be a valid string", { input })];
  if (input.length < min) {
    const msg = `String should have at least ${min} character${min === 1 ? "" : "s"}`;
    return [detailOf(at, "string_too_short", msg, { ctx: { min_length: min }, input })];
  }
  if (input.length > max) {
    const msg = `String should have at most ${max} characters`;
    return [detailOf(at, "string_too_long", msg, { ctx: { max_length: max } })];
  }
  return [];
}

function checkNumber(
  at: Place,
  input: unknown,
  { type, min, max }: { readonly type: "integer" | "number"; readonly min: number; readonly max: number },
): Detail[] {
  if (typeof input !== "number" || (type === "integer" && !Number.isInteger(input))) {
    const [kind, msg] =
      type === "integer"
        ? ["int_type", "Input should be a valid integer"]
        : ["float_type", "Input should be a valid number"];
    return [detailOf(at, kind, msg, { input })];
  }
  if (input < min) {
    const msg = `Input should be greater than or equal to ${min}`;
    return [detailOf(at, "greater_than_equal", msg, { ctx: { ge: min }, input })];
  }
  if (input > max) {
    const msg = `Input should be less than or equal to ${max}`;
    return [detailOf(at, "less_than_equal", msg, { ctx: { le: max }, input })];
  }
  return [];
}

function checkChoice(at: Place, input: unknown, values: readonly (string | number)[]): Detail[] {
  if (values.some((value) => value === input)) return [];
  const named = values.map((value) => (typeof value === "string" ? `'${value}'` : String(value)));
  const expected = [named.slice(0, -1).join(", "), named.at(-1)].filter((part) => part !== "").join(" or ");
  return [detailOf(at, "literal_error", `Input should be ${expected}`, { ctx: { expected }, input })];
}

function checkSize(at: Place, input: unknown): Detail[] {
  if (!isRecord(input)) return checkChoice(at, input, Object.keys(namedSizes));
  const side = { type: "integer" as const, min: sideMin, max: sideMax };
  return ["width", "height"].flatMap((name) => {
    const value = input[name];
    return value == null
      ? [detailOf([...at, name], "missing", "Field required", { input })]
      : checkNumber([...at, name], value, side);
  });
}
