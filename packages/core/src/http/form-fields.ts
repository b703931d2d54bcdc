import * as z from "zod";
import { type Issue, validationFailed } from "../errors/validation-failed.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { readChunksOf } from "./body/body-stream.ts";
import { brokenForm, type FormPart } from "./body/multipart.ts";

const fieldBytesMax = 64_000;

/** The parts of the JSON Schema that say what a form's text means. */
interface FieldSchema {
  readonly type?: string;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
}

/**
 * A text field of a form.
 *
 * @throws AppError `validation_failed` - longer than 64 kB, or not UTF-8.
 */
export async function readField(part: FormPart): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of readChunksOf(part.body)) {
      bytes += chunk.byteLength;
      if (bytes > fieldBytesMax) throw brokenForm();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? brokenForm() : error;
  }
}

/**
 * A form's texts as the JSON that the schema asks for: numbers and booleans out of text, lists out of repeated
 * fields. Text that fits nothing stays text, so that the schema refuses it with its own words. Pure.
 *
 * @throws AppError `validation_failed` - a field that is no list was given more than once.
 */
export function coerceFields(schema: z.ZodType, fields: ReadonlyMap<string, readonly string[]>): JsonObject {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as {
    properties?: Readonly<Record<string, FieldSchema>>;
  };
  const repeated: Issue[] = [];
  const entries = [...fields].map(([name, texts]): [string, JsonValue] => {
    const field = Object.hasOwn(described.properties ?? {}, name) ? described.properties?.[name] : undefined;
    if (field?.type === "array") return [name, texts.map((text) => coerce(field.items, text))];
    if (texts.length > 1) repeated.push({ pointer: `/${name}`, message: "Given more than once." });
    return [name, coerce(field, texts[0] ?? "")];
  });
  if (repeated.length > 0) throw validationFailed(repeated);
  return Object.fromEntries(entries);
}

function coerce(field: FieldSchema | undefined, text: string): JsonValue {
  const options = [field, ...(field?.anyOf ?? []), ...(field?.oneOf ?? [])].map((option) => option?.type);
  const isNumber = options.includes("number") || options.includes("integer");
  if (isNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (options.includes("boolean") && (text === "true" || text === "false")) return text === "true";
  return text;
}
