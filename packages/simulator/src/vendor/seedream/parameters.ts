import { isRecord } from "../../faults/json.ts";
import { findModel, type SeedreamModel } from "./models.ts";
import { invalid, missing, modelNotFound, unsupported } from "./refusal.ts";

/** What a request asks for, checked and with its defaults, but for its pictures. */
export interface Order {
  readonly model: SeedreamModel;
  /** Empty where layers are taken apart without a word. */
  readonly prompt: string;
  readonly size: string;
  readonly base64: boolean;
  readonly watermark: boolean;
  readonly format: "jpeg" | "png";
  /** How many pictures a batch may have, and has where the prompt names no number; undefined for a single picture. */
  readonly batch: { readonly max: number; readonly usual: number } | undefined;
  readonly stream: boolean;
  readonly transparent: boolean;
  readonly layers: boolean;
}

// A seed is taken and means nothing: it belonged to the models of the 3 series.
const known = [
  "model",
  "prompt",
  "image",
  "size",
  "response_format",
  "watermark",
  "output_format",
  "sequential_image_generation",
  "sequential_image_generation_options",
  "stream",
  "optimize_prompt_options",
  "background",
  "layer_decomposition",
  "tools",
  "seed",
];
/** Inputs and outputs of one call. */
const picturesMax = 15;
/** Pictures of a batch about which nothing is said. */
const usualBatch = 4;

/**
 * Checks the fields of a request.
 *
 * @throws Refusal - a field that is unknown, missing, wrong, or not this model's.
 */
export function readOrder(fields: Record<string, unknown>): Order {
  const id = text(fields, "model");
  if (id === undefined || id === "") throw missing("model");
  const model = findModel(id);
  if (!model) throw modelNotFound(id);
  const stranger = Object.keys(fields).find((name) => !known.includes(name));
  if (stranger !== undefined) throw unsupported(stranger, model.id);

  const layers = flag(fields, "layer_decomposition", false);
  if (fields.layer_decomposition != null && !model.layers) throw unsupported("layer_decomposition", model.id);
  const inputs = Array.isArray(fields.image) ? fields.image.length : fields.image == null ? 0 : 1;
  if (layers && inputs !== 1) throw invalid("image", "layer_decomposition takes exactly one image");
  const prompt = text(fields, "prompt") ?? "";
  if (prompt.trim() === "" && !layers) throw missing("prompt");

  const format = readFormat(fields, model);
  const background = word(fields, "background", ["transparent", "opaque"]);
  if (background !== undefined && !model.layers) throw unsupported("background", model.id);
  if (background === "transparent" && format !== "png") {
    throw invalid("background", "transparent needs output_format png");
  }
  checkOptions(fields, model);
  const stream = flag(fields, "stream", false);
  if (stream && !model.batches) throw unsupported("stream", model.id);
  if (fields.size === "auto" && !layers) throw invalid("size", "auto is for layer_decomposition");
  return {
    model,
    prompt,
    size: text(fields, "size") ?? (layers ? "auto" : "2048x2048"),
    base64: word(fields, "response_format", ["url", "b64_json"]) === "b64_json",
    watermark: flag(fields, "watermark", true),
    format: layers ? "png" : format,
    batch: readBatch(fields, model, inputs),
    stream,
    transparent: background === "transparent",
    layers,
  };
}

function readFormat(fields: Record<string, unknown>, model: SeedreamModel): "jpeg" | "png" {
  const format = word(fields, "output_format", ["png", "jpeg"]);
  if (format !== undefined && !model.formats) throw unsupported("output_format", model.id);
  return format === "png" ? "png" : "jpeg";
}

function readBatch(fields: Record<string, unknown>, model: SeedreamModel, inputs: number): Order["batch"] {
  const mode = word(fields, "sequential_image_generation", ["auto", "disabled"]) ?? "disabled";
  const options = section(fields, "sequential_image_generation_options", ["max_images"]);
  if (mode === "auto" && !model.batches) throw unsupported("sequential_image_generation", model.id);
  if (options && !model.batches) throw unsupported("sequential_image_generation_options", model.id);
  const most = options?.max_images ?? undefined;
  const name = "sequential_image_generation_options.max_images";
  if (most !== undefined) {
    if (!Number.isInteger(most) || Number(most) < 1 || Number(most) > picturesMax) {
      throw invalid(name, `expected an integer between 1 and ${picturesMax}`);
    }
    if (mode === "auto" && inputs + Number(most) > picturesMax) {
      throw invalid(name, `input images and max_images together must not exceed ${picturesMax}`);
    }
  }
  if (mode === "disabled") return undefined;
  const max = Number(most ?? picturesMax - inputs);
  return { max, usual: most === undefined ? Math.min(usualBatch, max) : max };
}

function checkOptions(fields: Record<string, unknown>, model: SeedreamModel): void {
  const optimize = section(fields, "optimize_prompt_options", ["mode"]);
  const mode = optimize && word(optimize, "mode", ["standard", "fast"], "optimize_prompt_options.mode");
  if (mode === "fast" && !model.fast) throw unsupported("optimize_prompt_options.mode", model.id);
  if (fields.tools != null) {
    if (!model.tools) throw unsupported("tools", model.id);
    if (!Array.isArray(fields.tools)) throw invalid("tools", "expected a list");
  }
  if (fields.seed != null && !Number.isInteger(fields.seed)) throw invalid("seed", "expected an integer");
}

function text(fields: Record<string, unknown>, param: string): string | undefined {
  const value = fields[param];
  if (value == null) return undefined;
  if (typeof value !== "string") throw invalid(param, "expected a string");
  return value;
}

function flag(fields: Record<string, unknown>, param: string, fallback: boolean): boolean {
  const value = fields[param];
  if (value == null) return fallback;
  if (typeof value !== "boolean") throw invalid(param, "expected a boolean");
  return value;
}

function word(
  fields: Record<string, unknown>,
  param: string,
  allowed: readonly string[],
  name = param,
): string | undefined {
  const value = text(fields, param);
  if (value !== undefined && !allowed.includes(value)) {
    throw invalid(name, `expected one of ${allowed.join(", ")}`);
  }
  return value;
}

function section(
  fields: Record<string, unknown>,
  param: string,
  names: readonly string[],
): Record<string, unknown> | undefined {
  const value = fields[param];
  if (value == null) return undefined;
  if (!isRecord(value)) throw invalid(param, "expected an object");
  const stranger = Object.keys(value).find((name) => !names.includes(name));
  if (stranger !== undefined) throw invalid(`${param}.${stranger}`, "unknown parameter");
  return value;
}
