import type { JsonValue, OperationEntry } from "@genbff/client-sdk";
import type { Option } from "../shell/radios.tsx";
import { readable } from "../shell/words.ts";
import { isFileField, isMaskField } from "./file-field.ts";

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
  file: { field: string; many: boolean; max: number; required: boolean } | null;
  /** The field of the mask that says where the picture is to change. */
  mask: string | null;
  count: { min: number; max: number; initial: number } | null;
  /** What must be said beside prompt and file, e.g. which thing is to be recoloured. */
  needed: Field[];
  more: Field[];
}

/**
 * The form of an operation, as one provider takes it. Without a provider the server chooses, and only the common
 * input can be said.
 */
export function formOf(entry: OperationEntry, provider: string | undefined): Form {
  const common = propertiesOf(entry.input);
  const own = propertiesOf(entry.providers.find((item) => item.provider === provider)?.parameters ?? {});
  const required = namesOf(entry.input.required);
  const files = Object.keys(common).filter(isFileField);
  const file = files.find((name) => !isMaskField(name));
  // A provider's own `style`, where the operation knows no presets, is one more choice.
  const styles = common.style !== undefined;
  const handled = new Set([
    "prompt",
    ...(styles ? ["style"] : []),
    "n",
    "task_id",
    "provider",
    "quote_id",
    ...files,
  ]);
  const fields = Object.entries({ ...common, ...own })
    .filter(([name]) => !handled.has(name))
    .map(([name, schema]) => fieldOf(name, schema))
    .filter((field) => field !== null);
  // A model made here is named by what lies in the drop zone: it stands for either way to say it.
  const isEither = Object.values(common).some(isReference);
  const prompt = common.prompt;
  return {
    prompt: prompt
      ? { required: required.includes("prompt"), maxLength: number(prompt.maxLength) ?? 1000 }
      : null,
    styles,
    file: file
      ? { field: file, ...manyOf(common[file] ?? {}), required: isEither || required.includes(file) }
      : null,
    mask: files.find(isMaskField) ?? null,
    count: own.n ? countOf(own.n) : null,
    needed: fields.filter(({ name }) => required.includes(name)),
    more: fields.filter(({ name }) => !required.includes(name)),
  };
}

/**
 * Whether the page can ask for all that an operation must be told, and show what comes of it. It takes one
 * file and what is marked on it, or its other sides; it knows no required parameters of one provider alone, and shows
 * pictures and models.
 */
export function isServed(entry: OperationEntry): boolean {
  if (entry.output !== "image" && entry.output !== "model") return false;
  const common = propertiesOf(entry.input);
  const required = namesOf(entry.input.required);
  return (
    required.filter((name) => isFileField(name) && !isMaskField(name)).length <= 1 &&
    required.every(
      (name) => name === "prompt" || isFileField(name) || fieldOf(name, common[name] ?? {}) !== null,
    ) &&
    entry.providers.every(({ parameters }) => namesOf(parameters.required).length === 0)
  );
}

function namesOf(required: JsonValue | undefined): string[] {
  return Array.isArray(required) ? required.map(String) : [];
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  return (schema.properties ?? {}) as Record<string, Schema>;
}

function manyOf(schema: Schema): { many: boolean; max: number } {
  const many = schema.type === "array";
  return { many, max: many ? (number(schema.maxItems) ?? 1) : 1 };
}

function countOf(schema: Schema): Form["count"] {
  return {
    min: number(schema.minimum) ?? 1,
    max: Math.min(10, number(schema.maximum) ?? 10),
    initial: number(schema.default) ?? 1,
  };
}

/** `null` for what has no plain control: a list, an object, an id. Such a parameter keeps its default. */
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
  if (schema.type !== "string" || isReference(schema)) return null;
  const maxLength = number(schema.maxLength);
  return {
    ...about,
    kind: "text",
    ...(maxLength === undefined ? {} : { maxLength }),
    initial: typeof schema.default === "string" ? schema.default : "",
  };
}

/** The id of a generation: nothing that people type. */
function isReference(schema: Schema): boolean {
  return schema.format === "uuid";
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
