import { expectTypeOf } from "vitest";
import type { openai, recraft, stability, tripo } from "./index.ts";

type Openai = ReturnType<typeof openai>["~offers"];
type Recraft = ReturnType<typeof recraft>["~offers"];
type Stability = ReturnType<typeof stability>["~offers"];
type Tripo = ReturnType<typeof tripo>["~offers"];

// What a browser may send is known to its compiler: operations, parameters and their values.
expectTypeOf<keyof Openai>().toEqualTypeOf<"text-to-image" | "image-to-image" | "image-inpaint">();
expectTypeOf<keyof Tripo>().toEqualTypeOf<
  "text-to-model" | "image-to-model" | "sketch-to-model" | "refine-model" | "convert-model"
>();
expectTypeOf<Openai["text-to-image"]>().toEqualTypeOf<{
  n?: number | undefined;
  size?: "auto" | "1024x1024" | "1536x1024" | "1024x1536" | undefined;
  quality?: "auto" | "low" | "medium" | "high" | "xhigh" | "max" | undefined;
  background?: "auto" | "transparent" | "opaque" | undefined;
}>();
expectTypeOf<Tripo["image-to-model"]["orientation"]>().toEqualTypeOf<"default" | "align_image" | undefined>();
expectTypeOf<Tripo["text-to-model"]>().not.toHaveProperty("orientation");
expectTypeOf<Tripo["text-to-model"]["model_version"]>().toEqualTypeOf<
  "v3.1-20260211" | "v3.0-20250812" | "v2.5-20250123" | "P1-20260311" | "P2-20260801" | undefined
>();
expectTypeOf<Tripo["sketch-to-model"]>().toEqualTypeOf<Tripo["image-to-model"]>();
expectTypeOf<Tripo["convert-model"]["format"]>().toEqualTypeOf<
  "GLB" | "GLTF" | "USDZ" | "FBX" | "OBJ" | "STL" | "3MF"
>();
expectTypeOf<Tripo["refine-model"]>().not.toHaveProperty("model_version");
expectTypeOf<Openai["image-inpaint"]>().toEqualTypeOf<Openai["image-to-image"]>();

expectTypeOf<keyof Stability>().toEqualTypeOf<
  | "text-to-image"
  | "image-to-image"
  | "sketch-to-image"
  | "style-transfer"
  | "remove-background"
  | "replace-background"
  | "search-and-recolor"
  | "search-and-replace"
  | "image-inpaint"
  | "erase"
  | "outpaint"
  | "upscale"
  | "image-to-model"
>();
expectTypeOf<Stability["remove-background"]>().toEqualTypeOf<{
  output_format?: "png" | "webp" | undefined;
}>();
expectTypeOf<Stability["upscale"]["mode"]>().toEqualTypeOf<
  "fast" | "conservative" | "creative" | undefined
>();
expectTypeOf<Stability["text-to-image"]>().not.toHaveProperty("n");

expectTypeOf<keyof Recraft>().toEqualTypeOf<
  | "text-to-image"
  | "image-to-image"
  | "image-inpaint"
  | "generate-background"
  | "replace-background"
  | "remove-background"
  | "outpaint"
  | "erase"
  | "upscale"
  | "vectorize"
>();
expectTypeOf<"clay" | "realistic_image">().toExtend<Recraft["text-to-image"]["style"]>();
expectTypeOf<"clay">().not.toExtend<Recraft["image-inpaint"]["style"]>();
expectTypeOf<"16:9" | "1707x1024">().toExtend<Recraft["text-to-image"]["size"]>();
expectTypeOf<"voxel" | "hdr">().toExtend<Recraft["text-to-image"]["substyle"]>();
expectTypeOf<"linocut">().not.toExtend<Recraft["text-to-image"]["substyle"]>();
expectTypeOf<keyof Recraft["vectorize"]>().toEqualTypeOf<never>();
