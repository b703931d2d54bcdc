import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toExpress } from "@genbff/adapter-express";
import { createClient, isGenbffError } from "@genbff/client-sdk";
import express from "express";
import { afterAll, beforeAll, expect, expectTypeOf, it } from "vitest";
import type { App } from "../src/bff.ts";
import { openShop, type Shop } from "./shop.ts";

// The client as an app uses it: typed by the server's own definition, over real HTTP through Express.

let shop: Shop;
let baseUrl: string;
let close: () => void;
beforeAll(async () => {
  shop = await openShop();
  const app = express();
  app.use(express.json());
  app.use("/api", toExpress(shop.bff));
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  close = () => server.close();
});
afterAll(async () => {
  close();
  await shop.close();
});

it("knows the server's operations, providers and parameters, and takes one result on to the next", async () => {
  const api = createClient<App>({ baseUrl, getAccessToken: () => shop.tokenOf("ada") });
  const picture = await api.generate("text-to-image", {
    task_id: "typed",
    provider: "openai",
    prompt: "a compass",
    n: 2,
    quality: "low",
  });
  const seen: string[] = [];
  for await (const update of picture.updates()) seen.push(update.status);
  expect(seen.at(-1)).toBe("complete");
  const { assets } = await picture.result();
  expect(assets).toHaveLength(2);
  expectTypeOf(assets[0]?.kind).toEqualTypeOf<"image" | undefined>();

  const model = await api.generate("image-to-model", {
    task_id: "typed",
    provider: "tripo",
    input_image_asset_urls: [assets[0]?.asset_url ?? ""],
    texture: true,
  });
  const result = await model.result();
  expectTypeOf(result.assets[0]?.kind).toEqualTypeOf<"model" | undefined>();
  expect(result.assets[0]?.content_type).toBe("model/gltf-binary");
  expect(await api.credits.balance()).toMatchObject({ available: 90, held: 0 });
});

it("works on a model that was made here, by its generation or as a file", async () => {
  const api = createClient<App>({ baseUrl, getAccessToken: () => shop.tokenOf("mary") });
  const draft = await api.generate("text-to-model", {
    task_id: "typed-work",
    prompt: "a compass",
    texture: false,
  });
  const { assets } = await draft.result();
  const refined = await api.generate("refine-model", {
    task_id: "typed-work",
    prompt: "polished brass",
    draft_generation_id: draft.id,
  });
  expect((await refined.result()).assets[0]?.content_type).toBe("model/gltf-binary");
  const converted = await api.generate("convert-model", {
    task_id: "typed-work",
    format: "STL",
    input_model_asset_url: assets[0]?.asset_url ?? "",
  });
  expect((await converted.result()).assets[0]?.content_type).toBe("model/stl");
  expect(await api.credits.balance()).toMatchObject({ available: 88, held: 0 });
});

it("refuses at compile time what the server would refuse, and the server refuses it too", async () => {
  const api = createClient<App>({ baseUrl, getAccessToken: () => shop.tokenOf("ada") });
  const wrong = [
    // @ts-expect-error no such operation
    () => api.generate("text-to-imag", { task_id: "t", prompt: "x" }),
    // @ts-expect-error this provider does not offer it
    () => api.generate("text-to-image", { task_id: "t", provider: "tripo", prompt: "x" }),
    // @ts-expect-error a vendor's own parameter, where the server chooses the vendor
    () => api.generate("text-to-image", { task_id: "t", prompt: "x", quality: "low" }),
    // @ts-expect-error who continues a picture must be named
    () => api.generate("outpaint", { task_id: "t", input_image_asset_url: "https://x.test/a.png" }),
    // @ts-expect-error a parameter of somebody else
    () => api.generate("text-to-image", { task_id: "t", prompt: "x", face_limit: 100 }),
    // @ts-expect-error no prompt
    () => api.generate("text-to-image", { task_id: "t" }),
  ];
  for (const ask of wrong) {
    const error: unknown = await ask().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isGenbffError(error, "validation_failed", "not_found")).toBe(true);
  }
});
