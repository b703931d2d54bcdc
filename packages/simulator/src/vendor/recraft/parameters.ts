import { isRecord } from "../../faults/json.ts";
import { invalid } from "./refusal.ts";

/** JSON values by name; null counts as absent. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Gives the texts of a form the types that the same fields have in JSON. */
export function typedForm(fields: Parameters): Parameters {
  const typed: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string" || texts.has(name)) continue;
    if (/^-?\d+(\.\d+)?$/.test(value)) typed[name] = Number(value);
    else if (value === "true" || value === "false") typed[name] = value === "true";
    else if (/^[[{]/.test(value)) typed[name] = parsed(name, value);
  }
  return typed;
}

const texts = new Set(["prompt", "negative_prompt", "size", "style"]);

function parsed(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw invalid(name, "is not valid JSON");
  }
}

/** A text, or undefined where it is absent. */
export function textOf(fields: Parameters, name: string, max = 10_000): string | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (typeof value !== "string") throw invalid(name, "must be a string");
  if (value.length > max) throw invalid(name, `must be at most ${max} characters`);
  return value;
}

/** One of a few words. */
export function wordOf<T extends string>(
  fields: Parameters,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = textOf(fields, name);
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw invalid(name, `must be one of ${words.join(", ")}`);
  return word;
}

/** A number between two bounds, both included. */
export function numberOf(fields: Parameters, name: string, low: number, high: number): number | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(name, "must be a number");
  if (value < low || value > high) throw invalid(name, `must be between ${low} and ${high}`);
  return value;
}

/** A whole number between two bounds, both included. */
export function wholeOf(fields: Parameters, name: string, low: number, high: number): number | undefined {
  const value = numberOf(fields, name, low, high);
  if (value !== undefined && !Number.isInteger(value)) throw invalid(name, "must be an integer");
  return value;
}

/** True or false. */
export function flagOf(fields: Parameters, name: string): boolean | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (typeof value !== "boolean") throw invalid(name, "must be a boolean");
  return value;
}

/** A list, or undefined where it is absent. */
export function listOf(fields: Parameters, name: string): readonly unknown[] | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (!Array.isArray(value)) throw invalid(name, "must be an array");
  return value;
}

/** An object, or undefined where it is absent. */
export function objectOf(fields: Parameters, name: string): Parameters | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (!isRecord(value)) throw invalid(name, "must be an object");
  return value;
}

/** Refuses every name that is not known. */
export function refuseOthers(fields: Parameters, known: ReadonlySet<string>, prefix = ""): void {
  const unknown = Object.keys(fields).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(prefix + unknown, "unknown parameter");
}
