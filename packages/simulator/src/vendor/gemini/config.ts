import { type Fields, wrongValue } from "./fields.ts";
import type { ImageModel, Model } from "./models.ts";
import { type PlanSchema, readJsonSchema, readOpenApiSchema } from "./plan/schema.ts";
import { invalidArgument, invalidField } from "./refusal.ts";

/** `generationConfig`, checked and with its defaults. */
export interface GenerationConfig {
  readonly json: boolean;
  readonly schema: PlanSchema | undefined;
  readonly maxOutputTokens: number;
  readonly stopSequences: readonly string[];
  readonly seed: number | undefined;
  readonly candidates: number;
  readonly thoughts: boolean;
  /** Share of the usual thinking, 0 to 2. */
  readonly thinking: number;
  /** Undefined where the picture follows the input. */
  readonly ratio: string | undefined;
  readonly size: string;
  /** Whether words may stand beside the picture. */
  readonly words: boolean;
}

const configNames = [
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "maxOutputTokens",
  "stopSequences",
  "seed",
  "candidateCount",
  "temperature",
  "topP",
  "topK",
  "thinkingConfig",
  "responseModalities",
  "imageConfig",
];
const levels: Readonly<Record<string, number>> = { MINIMAL: 0, LOW: 0.5, MEDIUM: 1, HIGH: 2 };

/**
 * Reads `generationConfig`.
 *
 * `imageConfig` has no more than ratio and size here: its other fields, and `responseFormat`, are Vertex AI's.
 *
 * @throws Refusal - an unknown field, or one that this model does not take.
 */
export function readConfig(body: Fields, model: Model): GenerationConfig {
  const config = body.message("generationConfig", configNames);
  const thinking = readThinking(config, model);
  const modalities = config?.texts("responseModalities") ?? [];
  const stranger = modalities.find((word) => !["TEXT", "IMAGE"].includes(word));
  if (config && stranger !== undefined) {
    throw wrongValue(config.at("responseModalities"), "TYPE_ENUM", stranger);
  }
  return {
    ...readFormat(config, model),
    ...readImageConfig(config, model, modalities),
    ...thinking,
    maxOutputTokens: config?.integer("maxOutputTokens") ?? 65_536,
    stopSequences: config?.texts("stopSequences") ?? [],
    seed: config?.integer("seed"),
    candidates: readCandidates(config, model),
    words: modalities.length === 0 || modalities.includes("TEXT"),
  };
}

function readFormat(config: Fields | undefined, model: Model) {
  const type = config?.text("responseMimeType") ?? "text/plain";
  if (!["text/plain", "application/json"].includes(type)) {
    throw invalidArgument(
      `* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are \`text/plain\`, \`application/json\`.`,
    );
  }
  const json = type === "application/json";
  const names = ["responseSchema", "responseJsonSchema"].filter((name) => config?.has(name));
  if (model.kind === "image" && (json || names.length > 0)) {
    throw invalidArgument("JSON mode is not enabled for this model");
  }
  if (names.length > 0 && !json) {
    throw invalidArgument(
      "Function calling or response schema with response mime type: 'text/plain' is unsupported",
    );
  }
  if (names.length === 2) {
    throw invalidArgument("Only one of response_schema and response_json_schema can be set.");
  }
  const [name] = names;
  if (!config || name === undefined) return { json, schema: undefined };
  const read = name === "responseSchema" ? readOpenApiSchema : readJsonSchema;
  return { json, schema: read(config.raw(name), config.at(name)) };
}

function readImageConfig(config: Fields | undefined, model: Model, modalities: readonly string[]) {
  const image = config?.message("imageConfig", ["aspectRatio", "imageSize"]);
  const ratio = image?.text("aspectRatio");
  const size = image?.text("imageSize") ?? "1K";
  if (model.kind === "text") {
    if (image) throw invalidArgument("Image config is not supported for this model.");
    if (modalities.includes("IMAGE")) {
      throw invalidArgument("Model does not support the requested response modalities: image");
    }
    return { ratio: undefined, size };
  }
  if (modalities.length > 0 && !modalities.includes("IMAGE")) {
    throw invalidArgument("Model does not support the requested response modalities: text");
  }
  checkPicture(image, model, ratio, size);
  return { ratio, size };
}

function checkPicture(
  image: Fields | undefined,
  model: ImageModel,
  ratio: string | undefined,
  size: string,
): void {
  if (!image) return;
  if (ratio !== undefined && !model.ratios.includes(ratio)) {
    const list = model.ratios.map((word) => `'${word}'`).join(", ");
    throw invalidField(
      image.at("aspectRatio"),
      `aspect_ratio must be one of [${list}], but got '${ratio.slice(0, 40)}'.`,
    );
  }
  if (!Object.hasOwn(model.tokens, size)) {
    const list = Object.keys(model.tokens).join(", ");
    throw invalidField(
      image.at("imageSize"),
      `image_size must be one of [${list}], but got '${size.slice(0, 40)}'.`,
    );
  }
}

function readThinking(config: Fields | undefined, model: Model) {
  const asked = config?.message("thinkingConfig", ["includeThoughts", "thinkingLevel", "thinkingBudget"]);
  const level = asked?.text("thinkingLevel")?.toUpperCase();
  const budget = asked?.integer("thinkingBudget");
  if (asked && level !== undefined && !(level in levels)) {
    throw wrongValue(asked.at("thinkingLevel"), "TYPE_ENUM", level);
  }
  if (level !== undefined && budget !== undefined) {
    throw invalidArgument("You can only set one of thinking_budget and thinking_level.");
  }
  const byLevel = model.kind === "image" || model.thinking === "level";
  const known = model.kind === "image" ? model.thinkingLevels : Object.keys(levels);
  if (level !== undefined && !(byLevel && known.includes(level))) {
    throw invalidArgument(`Thinking level ${level} is not supported for this model.`);
  }
  if (budget !== undefined && byLevel)
    throw invalidArgument("Thinking budget is not supported for this model.");
  if (budget !== undefined && (budget < -1 || budget > 32_768)) {
    throw invalidArgument("The thinking budget is invalid. Please choose a value between 0 and 32768.");
  }
  const share =
    budget === undefined || budget === -1 ? levels[level ?? "MEDIUM"] : Math.min(2, budget / 1024);
  return { thoughts: asked?.flag("includeThoughts") ?? false, thinking: share ?? 1 };
}

function readCandidates(config: Fields | undefined, model: Model): number {
  const count = config?.integer("candidateCount") ?? 1;
  if (count < 1 || count > 8) {
    throw invalidArgument("The specified candidate count is out of range: it must be from 1 to 8.");
  }
  if (count > 1 && model.kind === "image") {
    throw invalidArgument("Multiple candidates is not enabled for this model");
  }
  return count;
}
