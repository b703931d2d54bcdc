import { findModel, type ImageModel } from "./models.ts";
import { invalidValue, missing, modelNotFound, Refusal, unknownParameter } from "./refusal.ts";
import { parseSize, type Size } from "./size.ts";

/** What both endpoints understand, checked and with its defaults. */
export interface PictureOrder {
  readonly prompt: string;
  readonly model: ImageModel;
  readonly n: number;
  /** Undefined for `auto`. */
  readonly size: Size | undefined;
  readonly quality: "low" | "medium" | "high" | "xhigh" | "max";
  readonly transparent: boolean;
  readonly format: "png" | "jpeg" | "webp";
  readonly compression: number;
  readonly stream: boolean;
  readonly partialImages: number;
  readonly safetyIdentifier: string | null;
  readonly endUser: string | null;
}

const common = [
  "prompt",
  "model",
  "n",
  "size",
  "quality",
  "background",
  "output_format",
  "output_compression",
  "moderation",
  "complexity",
  "frame_count",
  "frame_duration_ms",
  "stream",
  "partial_images",
  "safety_identifier",
  "user",
];

/** Parameters of the two endpoints; any other is refused. */
export const parametersOf = {
  generations: new Set([...common, "svg"]),
  edits: new Set([...common, "image", "images", "mask", "markup", "input_fidelity"]),
};

/**
 * Checks the fields of a request.
 *
 * @param fields - JSON values; null counts as absent.
 * @param defaultModel - the documented default, which is retired where it is named: hence "always send it".
 * @throws Refusal - whatever the vendor would say.
 */
export function readOrder(
  fields: Record<string, unknown>,
  known: ReadonlySet<string>,
  defaultModel: string,
  now: number,
): PictureOrder {
  const unknown = Object.keys(fields).find((name) => !known.has(name));
  if (unknown !== undefined) throw unknownParameter(unknown);
  const prompt = textOf(fields, "prompt");
  if (prompt === undefined || prompt === "") throw missing("prompt");
  if (prompt.length > 32_000) {
    throw new Refusal(400, "Invalid 'prompt': string too long. Expected at most 32000 characters.", {
      code: "string_above_max_length",
      param: "prompt",
    });
  }
  const modelId = textOf(fields, "model") ?? defaultModel;
  const model = findModel(modelId, now);
  if (!model) throw modelNotFound(modelId);

  const format = oneOf(fields, "output_format", ["png", "jpeg", "webp"], "png");
  const background = oneOf(fields, "background", ["transparent", "opaque", "auto"], "auto");
  if (background === "transparent" && format === "jpeg") {
    throw invalidValue("background", "Transparent background is not supported for output_format 'jpeg'.");
  }
  if (format === "png" && (integer(fields, "output_compression", 0, 100) ?? 100) !== 100) {
    throw invalidValue("output_compression", "Compression less than 100 is not supported for PNG output.");
  }
  for (const gifOnly of ["frame_count", "frame_duration_ms", "svg"]) {
    if (fields[gifOnly] != null) {
      throw invalidValue(gifOnly, `'${gifOnly}' is not supported with output_format '${format}'.`);
    }
  }
  if (fields.complexity != null && !model.complexity) {
    throw invalidValue("complexity", `'complexity' is not supported with model '${model.id}'.`);
  }
  oneOf(fields, "complexity", ["low", "medium", "high"], "high");
  oneOf(fields, "moderation", ["auto", "low"], "auto");
  const qualities = ["low", "medium", "high", ...(model.highQualities ? ["xhigh", "max"] : []), "auto"];
  const quality = oneOf(fields, "quality", qualities, "auto");
  return {
    prompt,
    model,
    n: integer(fields, "n", 1, 10) ?? 1,
    size: parseSize(textOf(fields, "size") ?? "auto", model),
    quality: (quality === "auto" ? "medium" : quality) as PictureOrder["quality"],
    transparent: background === "transparent",
    format: format as PictureOrder["format"],
    compression: integer(fields, "output_compression", 0, 100) ?? 100,
    stream: flag(fields, "stream"),
    partialImages: integer(fields, "partial_images", 0, 3) ?? 0,
    safetyIdentifier: textOf(fields, "safety_identifier") ?? null,
    endUser: textOf(fields, "user") ?? null,
  };
}

/** Gives the texts of a form the types that the same fields have in JSON. */
export function typedFormFields(fields: Record<string, unknown>): Record<string, unknown> {
  const typed = { ...fields };
  for (const param of ["n", "output_compression", "partial_images", "frame_count", "frame_duration_ms"]) {
    if (/^-?\d+$/.test(String(typed[param]))) typed[param] = Number(typed[param]);
  }
  if (typed.stream === "true" || typed.stream === "false") typed.stream = typed.stream === "true";
  return typed;
}

/** A text, or undefined where it is absent or null. */
export function textOf(fields: Record<string, unknown>, param: string): string | undefined {
  const value = fields[param];
  if (value == null) return undefined;
  if (typeof value !== "string") throw wrongType(param, "a string", value);
  return value;
}

/** One of a fixed set of words. */
function oneOf(
  fields: Record<string, unknown>,
  param: string,
  allowed: readonly string[],
  fallback: string,
): string {
  const value = textOf(fields, param) ?? fallback;
  if (!allowed.includes(value)) {
    const list = allowed.map((word) => `'${word}'`).join(", ");
    throw invalidValue(param, `Invalid value: '${value}'. Supported values are: ${list}.`);
  }
  return value;
}

function integer(fields: Record<string, unknown>, param: string, min: number, max: number) {
  const value = fields[param];
  if (value == null) return undefined;
  if (!Number.isInteger(value)) throw wrongType(param, "an integer", value);
  const number = value as number;
  if (number < min || number > max) {
    const [side, bound] = number < min ? ["below_min", `>= ${min}`] : ["above_max", `<= ${max}`];
    throw new Refusal(400, `Invalid '${param}': expected a value ${bound}, but got ${number} instead.`, {
      code: `integer_${side}_value`,
      param,
    });
  }
  return number;
}

function flag(fields: Record<string, unknown>, param: string): boolean {
  const value = fields[param];
  if (value == null || value === false) return false;
  if (value === true) return true;
  throw wrongType(param, "a boolean", value);
}

function wrongType(param: string, expected: string, value: unknown): Refusal {
  return new Refusal(
    400,
    `Invalid type for '${param}': expected ${expected}, but got ${typeof value} instead.`,
    {
      code: "invalid_type",
      param,
    },
  );
}
