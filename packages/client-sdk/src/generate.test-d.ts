import { expectTypeOf, test } from "vitest";
import type { App } from "../test/app.ts";
import type { AppIn, ClientOptions, ImageAsset, ModelAsset, UnresolvedApp } from "./index.ts";
import { createClient } from "./index.ts";

declare const options: ClientOptions;
declare const dynamic: "openai" | "provider_a";
const api = createClient<App>(options);
const task_id = "desk-1";
const urls = ["a"];

test("takes what the server's definition allows", () => {
  void api.generate("text-to-image", {
    task_id,
    provider: "provider_a",
    prompt: "x",
    style_preset: "anime",
  });
  void api.generate("text-to-image", { task_id, provider: "openai", prompt: "x", style: "clay" });
  // A provider may name more than the operation does.
  void api.generate("text-to-image", {
    task_id,
    provider: "provider_a",
    prompt: "x",
    style: "realistic_image",
  });
  // @ts-expect-error but only for itself
  void api.generate("text-to-image", { task_id, provider: "openai", prompt: "x", style: "realistic_image" });
  void api.generate("text-to-model", { task_id, prompt: "x", texture: true });
  void api.generate("text-to-model", { task_id, provider: "tripo", prompt: "x", texture: true });
  void api.generate("image-to-model", { task_id, input_image_asset_urls: urls });
  void api.generate("image-to-model", {
    task_id,
    provider: "tripo",
    input_image_asset_urls: urls,
    texture: true,
  });
  void api.generate("text-to-image", { task_id, provider: dynamic, prompt: "x" });
  void api.generate("plan-logo", { task_id, brief: "a bakery", temperature: 0.5 });
  void api.generate("text-to-image", { task_id, provider: "openai", prompt: "x", quote_id: "q" });
  void api.quote("text-to-image", { provider: "openai", prompt: "x", quality: "low" });
  void api.quote("text-to-image", { task_id, provider: dynamic, prompt: "x" });
});

test("refuses what it does not", () => {
  // @ts-expect-error no such operation
  void api.generate("text-to-imag", { task_id, provider: "openai", prompt: "x" });
  // @ts-expect-error no such provider
  void api.generate("text-to-image", { task_id, provider: "midjourney", prompt: "x" });
  // @ts-expect-error this provider does not offer it
  void api.generate("text-to-image", { task_id, provider: "tripo", prompt: "x" });
  // @ts-expect-error another provider's parameter
  void api.generate("text-to-image", { task_id, provider: "provider_a", prompt: "x", quality: "high" });
  // @ts-expect-error a value that the parameter does not have
  void api.generate("text-to-image", { task_id, provider: "openai", prompt: "x", quality: "best" });
  // @ts-expect-error no prompt
  void api.generate("text-to-image", { task_id, provider: "provider_a" });
  // @ts-expect-error no task
  void api.generate("text-to-model", { prompt: "x" });
  // @ts-expect-error several providers and no fallback: one must be named
  void api.generate("text-to-image", { task_id, prompt: "x" });
  // @ts-expect-error a provider's own parameter, while the server chooses the provider
  void api.generate("image-to-model", { task_id, input_image_asset_urls: urls, texture: true });
  // @ts-expect-error a style that is not in the table
  void api.generate("text-to-model", { task_id, prompt: "x", style: "no-such-style" });
  // @ts-expect-error the price of another provider's parameter
  void api.quote("text-to-image", { provider: "provider_a", prompt: "x", quality: "high" });
});

test("types the result by the operation", async () => {
  const picture = await api.generate("text-to-image", { task_id, provider: "openai", prompt: "x" });
  expectTypeOf((await picture.result()).assets).toEqualTypeOf<ImageAsset[]>();
  const model = await api.generate("text-to-model", { task_id, prompt: "x" });
  expectTypeOf((await model.result()).assets).toEqualTypeOf<ModelAsset[]>();
  const plan = await api.generate("plan-logo", { task_id, brief: "a bakery" });
  expectTypeOf(await plan.result()).toEqualTypeOf<{ json: { prompts: string[] } }>();
  expectTypeOf((await api.generation<"image-to-model">("id").result()).assets).toEqualTypeOf<ModelAsset[]>();
  const unknown = await api.generation("id").result();
  if ("assets" in unknown) expectTypeOf(unknown.assets).toEqualTypeOf<ImageAsset[] | ModelAsset[]>();
  expectTypeOf((await model.retry()).result).toEqualTypeOf(model.result);
});

test("needs the server's type", () => {
  const untyped = createClient(options);
  // @ts-expect-error createClient<App>() was called without App
  void untyped.generate("text-to-image", { task_id, provider: "openai", prompt: "x" });
  // biome-ignore lint/suspicious/noExplicitAny: an import that does not resolve is any
  const unresolved = createClient<any>(options);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  expectTypeOf<AppIn<any>>().toEqualTypeOf<UnresolvedApp>();
  // @ts-expect-error App is any
  void unresolved.generate("text-to-image", { task_id, provider: "openai", prompt: "x" });
});

test("takes the interface that the generator writes, with the same checks", async () => {
  interface Generated {
    "text-to-image": {
      input: { prompt: string; style?: string };
      output: "image";
      providers: { provider_a: { seed?: number }; provider_b: { quality?: "low" | "high" } };
      provider_optional: false;
    };
  }
  const generated = createClient<Generated>(options);
  void generated.generate("text-to-image", {
    task_id,
    provider: "provider_b",
    prompt: "x",
    quality: "low",
  });
  // @ts-expect-error another provider's parameter
  void generated.generate("text-to-image", { task_id, provider: "provider_b", prompt: "x", seed: 7 });
  const picture = await generated.generate("text-to-image", {
    task_id,
    provider: "provider_a",
    prompt: "x",
  });
  expectTypeOf((await picture.result()).assets).toEqualTypeOf<ImageAsset[]>();
});
