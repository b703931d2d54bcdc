import { type ModelVersion, modelVersions, retiredVersions } from "./models.ts";
import { choice, flag, integer, seedOf, text } from "./parameters.ts";
import { invalid, Refusal } from "./refusal.ts";

/** Operations that make models. */
export type Making = "text_to_model" | "image_to_model" | "multiview_to_model";

/** A creation request, checked and with its defaults. */
export interface ModelOrder {
  readonly operation: Making;
  readonly version: ModelVersion;
  readonly prompt: string | undefined;
  readonly options: ModelOptions;
}

/** Options all of them share. */
interface ModelOptions {
  readonly texture: boolean;
  readonly textureQuality: string;
  readonly geometryQuality: string;
  readonly faceLimit: number | undefined;
  readonly quad: boolean;
  readonly smartLowPoly: boolean;
  readonly generateParts: boolean;
  readonly autoSize: boolean;
  readonly orientation: string;
  readonly modelSeed: number;
}

const styles = [
  "person:person2cartoon",
  "animal:venom",
  "object:clay",
  "object:steampunk",
  "object:christmas",
  "object:barbie",
  "gold",
  "ancient_bronze",
];

/**
 * Checks everything but the input files. Unknown fields are ignored, as V2's `type` is.
 *
 * @throws Refusal - whatever the vendor would say.
 */
export function readOrder(operation: Making, fields: Record<string, unknown>): ModelOrder {
  const version = readVersion(fields);
  const refused = version.refuses.find((key) => fields[key] !== undefined);
  if (refused !== undefined) throw invalid(refused, `is not supported by ${version.id}`);
  const prompt = operation === "text_to_model" ? readPrompt(fields) : undefined;
  choice(fields, "style", styles);
  choice(fields, "compress", ["geometry"]);
  choice(fields, "texture_version", ["v3.5-20260815", "v3.0-20250812", "v2.5-20250123"]);
  for (const key of ["export_uv", "delight", "enable_image_autofix"]) flag(fields, key, false);
  for (const key of ["image_seed", "texture_seed"]) seedOf(fields, key);
  choice(fields, "texture_alignment", ["original_image", "geometry"]);
  choice(fields, "orientation", ["default", "align_image"]);

  const pbr = flag(fields, "pbr", true);
  const options = {
    texture: flag(fields, "texture", true) || (pbr && fields.pbr !== undefined),
    textureQuality:
      choice(fields, "texture_quality", ["standard", "detailed", "extreme", "fast"]) ?? "standard",
    geometryQuality: choice(fields, "geometry_quality", ["standard", "detailed"]) ?? "standard",
    quad: flag(fields, "quad", false),
    smartLowPoly: flag(fields, "smart_low_poly", false),
    generateParts: flag(fields, "generate_parts", false),
    autoSize: flag(fields, "auto_size", false),
    orientation: choice(fields, "export_orientation", ["+x", "-x", "+y", "-y"]) ?? "+x",
    modelSeed: seedOf(fields, "model_seed"),
  };
  if (options.generateParts && (options.texture || pbr || options.quad || options.smartLowPoly)) {
    throw invalid("generate_parts", "needs texture, pbr, quad and smart_low_poly to be false");
  }
  return {
    operation,
    version,
    prompt,
    options: { ...options, faceLimit: readFaceLimit(fields, version, options) },
  };
}

/**
 * The model version that a request names.
 *
 * @throws Refusal - none where there is no default, a retired one, or one that never was.
 */
export function readVersion(fields: Record<string, unknown>, fallback?: string): ModelVersion {
  const id = text(fields, "model") ?? text(fields, "model_version") ?? fallback;
  if (id === undefined) throw invalid("model", "is required");
  const version = modelVersions.find((candidate) => candidate.id === id);
  if (version) return version;
  if (retiredVersions.test(id)) throw new Refusal(400, 2015, `The model version ${id} is deprecated`);
  throw new Refusal(400, 2017, `The model version ${id} is invalid`);
}

function readPrompt(fields: Record<string, unknown>): string {
  const prompt = text(fields, "prompt");
  if (prompt === undefined || prompt.length < 1) throw invalid("prompt", "is required");
  if (prompt.length > 1024) throw invalid("prompt", "is longer than 1024 characters");
  const negative = text(fields, "negative_prompt") ?? "";
  if (negative.length > 255) throw invalid("negative_prompt", "is longer than 255 characters");
  const printed = (prompt + negative).replaceAll(/[\n\r\t]/g, "");
  if (/[\p{Extended_Pictographic}\p{Co}\p{Cs}\p{Cc}\p{Cf}]/u.test(printed)) {
    throw new Refusal(400, 2009, "The prompt contains invalid characters");
  }
  return prompt;
}

function readFaceLimit(
  fields: Record<string, unknown>,
  { series, faceLimit }: ModelVersion,
  { quad, smartLowPoly, geometryQuality }: Pick<ModelOptions, "quad" | "smartLowPoly" | "geometryQuality">,
): number | undefined {
  if (smartLowPoly) return integer(fields, "face_limit", 500, quad ? 10_000 : 20_000);
  const ceiling = geometryQuality === "detailed" ? faceLimit.maxDetailed : faceLimit.max;
  const quadCeiling = series === "P2" ? 25_000 : 150_000;
  return integer(fields, "face_limit", faceLimit.min, quad ? Math.min(quadCeiling, ceiling) : ceiling);
}
