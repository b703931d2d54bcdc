import { invalid } from "./refusal.ts";

type Fields = Record<string, unknown>;

/** A text, or undefined where it is absent. */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (typeof value !== "string") throw invalid(name, "must be a string");
  return value;
}

/** A boolean, or its default. */
export function flag(fields: Fields, name: string, fallback: boolean): boolean {
  const value = fields[name] ?? fallback;
  if (typeof value !== "boolean") throw invalid(name, "must be a boolean");
  return value;
}

/** One of a fixed set of words, or undefined where it is absent. */
export function choice(fields: Fields, name: string, allowed: readonly string[]): string | undefined {
  const value = text(fields, name);
  if (value !== undefined && !allowed.includes(value)) {
    throw invalid(name, `must be one of ${allowed.join(", ")}`);
  }
  return value;
}

/** A whole number within bounds, or undefined where it is absent. */
export function integer(fields: Fields, name: string, min: number, max: number): number | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (!Number.isInteger(value)) throw invalid(name, "must be an integer");
  const number = value as number;
  if (number < min || number > max) throw invalid(name, `must be between ${min} and ${max}`);
  return number;
}

/** A seed in the range of 32 bits; 0 where it is absent. */
export function seedOf(fields: Fields, name: string): number {
  return integer(fields, name, -(2 ** 31), 2 ** 31 - 1) ?? 0;
}

/** A number within bounds, or undefined where it is absent. */
export function number(fields: Fields, name: string, min: number, max: number): number | undefined {
  const value = fields[name];
  if (value == null) return undefined;
  if (typeof value !== "number") throw invalid(name, "must be a number");
  if (value < min || value > max) throw invalid(name, `must be between ${min} and ${max}`);
  return value;
}
