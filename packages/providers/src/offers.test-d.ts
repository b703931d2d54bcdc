import type { AppOf } from "@genbff/core";
import { MockImageModelV3, type MockImageModelV4 } from "ai/test";
import { expectTypeOf } from "vitest";
import * as z from "zod";
import {
  type AiSdkImageModel,
  aiSdk,
  fal,
  type gemini,
  type openai,
  type recraft,
  type seedream,
  type stability,
  type tripo,
} from "./index.ts";

type Gemini = ReturnType<typeof gemini>["~offers"];
type Openai = ReturnType<typeof openai>["~offers"];
type Recraft = ReturnType<typeof recraft>["~offers"];
type Stability = ReturnType<typeof stability>["~offers"];
type Seedream = ReturnType<typeof seedream>["~offers"];
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
  "v3.1" | "v3.0" | "v2.5" | "P1" | "P2" | undefined
>();
expectTypeOf<Tripo["sketch-to-model"]>().toEqualTypeOf<Tripo["image-to-model"]>();
expectTypeOf<Tripo["convert-model"]["format"]>().toEqualTypeOf<
  "GLB" | "GLTF" | "USDZ" | "FBX" | "OBJ" | "STL" | "3MF"
>();
expectTypeOf<Tripo["refine-model"]["model_version"]>().toEqualTypeOf<"v3.1" | "v3.0" | "v2.5" | undefined>();
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
expectTypeOf<keyof Gemini>().toEqualTypeOf<"text-to-image" | "image-to-image" | "plan-prompts">();
expectTypeOf<Gemini["text-to-image"]["image_size"]>().toEqualTypeOf<"512" | "1K" | "2K" | "4K" | undefined>();
expectTypeOf<Gemini["image-to-image"]>().not.toHaveProperty("n");
expectTypeOf<keyof Seedream>().toEqualTypeOf<"text-to-image" | "image-to-image">();
expectTypeOf<Seedream["image-to-image"]["output_format"]>().toEqualTypeOf<"jpeg" | "png" | undefined>();
expectTypeOf<Seedream["text-to-image"]>().not.toHaveProperty("seed");

// A team's own model: what its offer says is what the browser may send, and what `input` is handed.
const flux = fal("fal-ai/flux/dev", {
  apiKey: "key",
  offers: {
    "text-to-image": {
      parameters: z.strictObject({
        seed: z.int().optional(),
        speed: z.enum(["fast", "slow"]).default("fast"),
      }),
      outputs: (input) => Number(input.n ?? 1),
      input: (job) => {
        expectTypeOf(job.parameters).toEqualTypeOf<{ seed?: number | undefined; speed: "fast" | "slow" }>();
        return { prompt: job.prompt, seed: job.parameters.seed };
      },
    },
    upscale: {
      parameters: z.strictObject({ factor: z.literal([2, 4]) }),
      input: ({ parameters, files }) => ({ image_url: files[0]?.url, scale: parameters.factor }),
      result: (output) => [{ url: String(output) }],
    },
  },
});
expectTypeOf<(typeof flux)["~offers"]>().toEqualTypeOf<{
  "text-to-image": { seed?: number | undefined; speed?: "fast" | "slow" | undefined };
  upscale: { factor: 2 | 4 };
}>();

// The client's whole knowledge of it: `createClient<App>()` takes these parameters for this provider, and no others.
type App = AppOf<{ fal: typeof flux }, [], Record<never, never>>;
expectTypeOf<App["upscale"]["providers"]["fal"]>().toEqualTypeOf<{ factor: 2 | 4 }>();
expectTypeOf<keyof App>().toEqualTypeOf<"text-to-image" | "upscale">();

// The AI SDK's own models, of both versions, are what `aiSdk` takes.
const sdk = aiSdk(new MockImageModelV3(), {
  offers: {
    "text-to-image": {
      parameters: z.strictObject({ seed: z.int().optional() }),
      input: ({ parameters }) => ({ size: "1024x1024", seed: parameters.seed }),
    },
  },
});
expectTypeOf<(typeof sdk)["~offers"]>().toEqualTypeOf<{ "text-to-image": { seed?: number | undefined } }>();
expectTypeOf<MockImageModelV4>().toExtend<AiSdkImageModel>();
