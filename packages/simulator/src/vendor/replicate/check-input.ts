import { isRecord } from "../../faults/json.ts";
import type { Model, Parameter } from "./models.ts";

/** Everything that is wrong with an input, in the vendor's words. A field that is null counts as absent. */
export function problemsIn(input: unknown, { parameters }: Pick<Model, "parameters">): string[] {
  if (!isRecord(input)) return ["input: Invalid type. Expected: object"];
  const known = Object.entries(parameters).flatMap(([name, parameter]) => {
    const value = input[name];
    if (value == null) return parameter.isRequired === true ? [`input: ${name} is required`] : [];
    const problem = problemOf(name, value, parameter);
    return problem === undefined ? [] : [`input.${name}: ${problem}`];
  });
  const unknown = Object.keys(input)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map((name) => `input: Additional property ${name} is not allowed`);
  return [...known, ...unknown];
}

function problemOf(name: string, value: unknown, parameter: Parameter): string | undefined {
  switch (parameter.type) {
    case "string":
      return typeof value === "string" ? undefined : wrongType("string", value);
    case "boolean":
      return typeof value === "boolean" ? undefined : wrongType("boolean", value);
    case "integer":
    case "number":
      return numberProblem(value, parameter);
    case "choice":
      if (parameter.values.some((one) => one === value)) return undefined;
      return `${name} must be one of the following: ${parameter.values.map((one) => JSON.stringify(one)).join(", ")}`;
    case "file":
      return fileProblem(value);
    case "files": {
      if (!Array.isArray(value)) return wrongType("array", value);
      if (value.length === 0) return "Array must have at least 1 items";
      return value.map(fileProblem).find((problem) => problem !== undefined);
    }
  }
}

function numberProblem(
  value: unknown,
  { type, minimum, maximum }: { readonly type: string; readonly minimum: number; readonly maximum: number },
): string | undefined {
  if (typeof value !== "number" || (type === "integer" && !Number.isInteger(value)))
    return wrongType(type, value);
  if (value < minimum) return `Must be greater than or equal to ${minimum}`;
  return value > maximum ? `Must be less than or equal to ${maximum}` : undefined;
}

function fileProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return wrongType("string", value);
  return /^(?:https?|data):/.test(value) ? undefined : "Does not match format 'uri'";
}

function wrongType(expected: string, value: unknown): string {
  const given = Array.isArray(value) ? "array" : typeof value;
  return `Invalid type. Expected: ${expected}, given: ${given}`;
}
