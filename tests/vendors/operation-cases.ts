import type { JsonObject } from "@genbff/core";

/** One request of an operation, and what comes of it. */
export interface OperationCase {
  readonly operation: string;
  /** The common input without its files, and the vendor's own parameters. */
  readonly input: JsonObject;
  /** Input fields, in the order of the request; masks and models are made accordingly. */
  readonly files?: readonly string[];
  /** The operation whose result this one works on, as a draft. */
  readonly draftOf?: string;
  readonly media: "png" | "jpeg" | "webp" | "svg" | "glb" | "stl" | "json";
}

const prompt = "a small brass desk lamp";
const image = "input_image_asset_url";
const mask = "input_mask_asset_url";
const view = "input_image_asset_urls";
const onPicture = { files: [image] };
const onMask = { files: [image, mask] };
const png = { media: "png" } as const;
const webp = { media: "webp" } as const;
const jpeg = { media: "jpeg" } as const;
const glb = { media: "glb" } as const;
const small = { quality: "low" };

/** Every operation that a provider offers, by provider, and each road that leads to another address of the vendor's. */
export const operationCases = {
  openai: [
    { operation: "text-to-image", input: { prompt, ...small }, ...png },
    { operation: "image-to-image", input: { prompt, n: 2, ...small }, ...onPicture, ...png },
    { operation: "image-inpaint", input: { prompt, ...small }, ...onMask, ...png },
  ],
  stability: [
    { operation: "text-to-image", input: { prompt }, ...png },
    {
      operation: "text-to-image",
      input: { prompt, model: "ultra", seed: 7, output_format: "webp" },
      ...webp,
    },
    { operation: "text-to-image", input: { prompt, model: "v3.5-flash", negative_prompt: "blue" }, ...png },
    { operation: "image-to-image", input: { prompt, fidelity: 0.4 }, ...onPicture, ...png },
    { operation: "image-to-image", input: { prompt, control: "style", fidelity: 0.4 }, ...onPicture, ...png },
    { operation: "image-to-image", input: { prompt, model: "ultra", strength: 0.4 }, ...onPicture, ...png },
    { operation: "image-to-image", input: { prompt, model: "v3.5-medium" }, ...onPicture, ...png },
    { operation: "sketch-to-image", input: { prompt }, files: ["input_sketch_asset_url"], ...png },
    {
      operation: "style-transfer",
      input: { prompt, output_format: "jpeg" },
      files: [image, "input_style_image_asset_url"],
      ...jpeg,
    },
    { operation: "remove-background", input: {}, ...onPicture, ...png },
    { operation: "replace-background", input: { prompt, seed: 3 }, ...onPicture, ...png },
    { operation: "search-and-recolor", input: { prompt, select_prompt: "the lamp" }, ...onPicture, ...png },
    { operation: "search-and-replace", input: { prompt, search_prompt: "the lamp" }, ...onPicture, ...png },
    { operation: "image-inpaint", input: { prompt, grow_mask: 5 }, ...onMask, ...png },
    { operation: "erase", input: {}, ...onMask, ...png },
    { operation: "outpaint", input: { left: 64, down: 32 }, ...onPicture, ...png },
    { operation: "upscale", input: {}, ...onPicture, ...png },
    { operation: "upscale", input: { prompt, mode: "conservative" }, ...onPicture, ...png },
    { operation: "upscale", input: { prompt, mode: "creative" }, ...onPicture, ...png },
    { operation: "image-to-model", input: {}, files: [view], ...glb },
    { operation: "image-to-model", input: { model: "fast" }, files: [view], ...glb },
  ],
  recraft: [
    { operation: "text-to-image", input: { prompt, n: 2, random_seed: 5 }, ...webp },
    { operation: "text-to-image", input: { prompt, style: "realistic_image", image_format: "png" }, ...png },
    { operation: "image-to-image", input: { prompt, strength: 0.3 }, ...onPicture, ...webp },
    { operation: "image-inpaint", input: { prompt, n: 2 }, ...onMask, ...webp },
    { operation: "generate-background", input: { prompt }, ...onMask, ...webp },
    { operation: "replace-background", input: { prompt }, ...onPicture, ...webp },
    { operation: "remove-background", input: {}, ...onPicture, ...webp },
    { operation: "outpaint", input: { prompt, expand_left: 64 }, ...onPicture, ...webp },
    { operation: "erase", input: {}, ...onMask, ...webp },
    { operation: "upscale", input: { image_format: "png" }, ...onPicture, ...png },
    { operation: "upscale", input: { mode: "creative" }, ...onPicture, ...webp },
    { operation: "vectorize", input: {}, ...onPicture, media: "svg" },
  ],
  gemini: [
    { operation: "text-to-image", input: { prompt, aspect_ratio: "1:1" }, ...png },
    { operation: "image-to-image", input: { prompt }, ...onPicture, ...png },
    { operation: "plan-prompts", input: { brief: "pictures for a lamp shop", count: 3 }, media: "json" },
  ],
  seedream: [
    { operation: "text-to-image", input: { prompt, size: "1K" }, ...jpeg },
    {
      operation: "text-to-image",
      input: { prompt: "2 small brass lamps", n: 2, size: "1024x1024" },
      ...jpeg,
    },
    { operation: "image-to-image", input: { prompt, size: "1K" }, ...onPicture, ...jpeg },
  ],
  tripo: [
    { operation: "text-to-model", input: { prompt, face_limit: 100 }, ...glb },
    { operation: "image-to-model", input: { face_limit: 100 }, files: [view], ...glb },
    { operation: "image-to-model", input: { face_limit: 100 }, files: [view, view], ...glb },
    {
      operation: "sketch-to-model",
      input: { face_limit: 100 },
      files: ["input_sketch_asset_url"],
      ...glb,
    },
    { operation: "refine-model", input: { prompt }, draftOf: "text-to-model", ...glb },
    { operation: "convert-model", input: { format: "STL" }, draftOf: "text-to-model", media: "stl" },
    { operation: "convert-model", input: { format: "GLB" }, files: ["input_model_asset_url"], ...glb },
  ],
  fal: [{ operation: "text-to-image", input: { prompt }, ...jpeg }],
  "fal with files": [{ operation: "image-to-model", input: { prompt }, files: [view], ...glb }],
  replicate: [{ operation: "text-to-image", input: { prompt }, ...webp }],
  "replicate with files": [{ operation: "image-to-image", input: { prompt }, ...onPicture, ...png }],
  "ai-sdk": [
    { operation: "text-to-image", input: { prompt, n: 2 }, ...png },
    { operation: "image-to-image", input: { prompt }, ...onPicture, ...png },
  ],
} as const satisfies Record<string, readonly OperationCase[]>;
