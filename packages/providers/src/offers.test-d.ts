import { expectTypeOf } from "vitest";
import type { openai, tripo } from "./index.ts";

type Openai = ReturnType<typeof openai>["~offers"];
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
