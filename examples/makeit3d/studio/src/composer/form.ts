import type { JsonValue, OperationEntry } from "@genbff/client-sdk";
import type { Option } from "../shell/radios.tsx";
import { readable } from "../shell/words.ts";
import { isFileField } from "./wishes.ts";

type Schema = Record<string, JsonValue>;

/** One entry of "More choices". */
export type Field = { name: string; label: string; hint: string } & (
  | { kind: "choice"; options: Option[]; initial: string }
  | { kind: "flag"; initial: boolean }
  | { kind: "number"; min?: number; max?: number; whole: boolean; initial: number | null }
  | { kind: "text"; maxLength?: number; initial: string }
);

/** What the composer asks for, made from the JSON Schemas of an operation and a provider. */
export interface Form {
  prompt: { required: boolean; maxLength: number } | null;
  styles: boolean;
  file: { field: string; many: boolean; required: boolean } | null;
  count: { min: number; max: number; initial: number } | null;
  more: Field[];
}

/**
 * The form of an operation, as one provider takes it. Without a provider the server chooses, and only the common
 * input can be said.
 */
export function formOf(entry: OperationEntry, provider: string | undefined): Form {
  const common = propertiesOf(entry.input);
  const own = propertiesOf(entry.providers.find((item) => item.provider === provider)?.parameters ?? {});
  const required = (entry.input.required ?? []) as JsonValue[];
  const files = Object.keys(common).filter(isFileField);
  const file = files[0];
  const handled = new Set(["prompt", "style", "n", "task_id", "provider", "quote_id", ...files]);
  const prompt = common.prompt;
  const style = common.style ?? own.style;
  return {
    prompt: prompt
      ? { required: required.includes("prompt"), maxLength: number(prompt.maxLength) ?? 1000 }
      : null,
    styles: style !== undefined,
    file: file
      ? { field: file, many: common[file]?.type === "array", required: required.includes(file) }
      : null,
    count: own.n ? countOf(own.n) : null,
    more: Object.entries({ ...common, ...own })
      .filter(([name]) => !handled.has(name))
      .map(([name, schema]) => fieldOf(name, schema))
      .filter((field) => field !== null),
  };
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  return (schema.properties ?? {}) as Record<string, Schema>;
}

function countOf(schema: Schema): Form["count"] {
  return {
    min: number(schema.minimum) ?? 1,
    max: Math.min(10, number(schema.maximum) ?? 10),
    initial: number(schema.default) ?? 1,
  };
}

/** `null` for what has no plain control: a list, an object. Such a parameter keeps its default. */
function fieldOf(name: string, schema: Schema): Field | null {
  const label = typeof schema.title === "string" ? schema.title : readable(name);
  const hint = typeof schema.description === "string" ? schema.description : "";
  const about = { name, label, hint };
  const values = valuesOf(schema);
  if (values) {
    const initial = schema.default === undefined ? "" : String(schema.default);
    const options = values.map((value) => ({ value, label: readable(value) }));
    return {
      ...about,
      kind: "choice",
      options: initial ? options : [{ value: "", label: "As usual" }, ...options],
      initial,
    };
  }
  if (schema.type === "boolean") return { ...about, kind: "flag", initial: schema.default === true };
  if (schema.type === "integer" || schema.type === "number") {
    const [min, max] = [number(schema.minimum), number(schema.maximum)];
    return {
      ...about,
      kind: "number",
      ...(min === undefined ? {} : { min }),
      // A limit that only says "a safe integer" tells people nothing.
      ...(max === undefined || max >= Number.MAX_SAFE_INTEGER ? {} : { max }),
      whole: schema.type === "integer",
      initial: number(schema.default) ?? null,
    };
  }
  if (schema.type !== "string") return null;
  const maxLength = number(schema.maxLength);
  return {
    ...about,
    kind: "text",
    ...(maxLength === undefined ? {} : { maxLength }),
    initial: typeof schema.default === "string" ? schema.default : "",
  };
}

/** The values of an enumeration, whichever way the schema says it. */
function valuesOf(schema: Schema): string[] | null {
  if (Array.isArray(schema.enum)) return schema.enum.map(String);
  const parts = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(parts)) return null;
  const constants = parts.map((part) => (isSchema(part) ? part.const : undefined));
  return constants.every((value) => value !== undefined) ? constants.map(String) : null;
}

function isSchema(value: JsonValue): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function number(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
