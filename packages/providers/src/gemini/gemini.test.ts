import { describe, expect, it } from "vitest";
import { costOf } from "./cost.ts";
import { gemini } from "./index.ts";
import { findImageModel } from "./models.ts";

const apiKey = "AIza-key";
const field = "input_image_asset_url";
const file = { field, contentType: "image/png", bytes: 1_000, width: 640, height: 480 };

describe("gemini", () => {
  it.each([
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey, baseUrl: "api" }, "baseUrl"],
    [{ apiKey, imageModel: "gemini-3.1-flash-image" }, "retired"],
    [{ apiKey, imageModel: "gemini-2.5-flash-image" }, "retired"],
    [{ apiKey, imageModel: "gemini-3-pro-image-preview" }, "retired"],
    [{ apiKey, imageModel: "imagen-4.0-generate-001" }, "retired"],
    [{ apiKey, imageModel: "../files" }, "id"],
    [{ apiKey, textModel: "gemini-3.8-flash:streamGenerateContent?alt=sse" }, "id"],
  ])("refuses to start with %j", (settings, word) => {
    expect(() => gemini(settings)).toThrow(word);
  });

  it("knows when a model is retired, and takes one that is newer than its table", () => {
    expect(findImageModel("gemini-3.1-flash-image", Date.parse("2026-10-28T23:59:59Z")).id).toBeDefined();
    expect(() => findImageModel("gemini-3.1-flash-image", Date.parse("2026-10-29"))).toThrow("retired");
    expect(findImageModel("gemini-5-image", 0).aspectRatios).toContain("8:1");
  });

  it.each([{ n: 2 }, { aspect_ratio: "7:3" }, { image_size: "1k" }, { image_size: "8K" }, { seed: 1 }])(
    "refuses the parameters %j",
    (parameters) => {
      const schema = gemini({ apiKey }).offers["text-to-image"]?.parameters;
      expect(schema?.safeParse(parameters).success).toBe(false);
    },
  );

  it.each([
    ["gemini-nano-banana-2.1", { aspect_ratio: "8:1", image_size: "4K" }, undefined],
    ["gemini-nano-banana-2.1", { image_size: "512" }, "image_size"],
    ["gemini-3-pro-image", { aspect_ratio: "8:1" }, "aspect_ratio"],
    ["gemini-3-pro-image", { aspect_ratio: "21:9" }, undefined],
    ["gemini-3.1-flash-lite-image", { image_size: "512", aspect_ratio: "1:8" }, undefined],
    ["gemini-3.1-flash-lite-image", { image_size: "2K" }, "image_size"],
    ["gemini-5-image", { image_size: "512", aspect_ratio: "1:8" }, undefined],
  ])("checks, for %s, %j before anything is held", (imageModel, input, refused) => {
    expect(gemini({ apiKey, imageModel }).offers["text-to-image"]?.check?.(input, [])?.field).toBe(refused);
  });

  it.each([
    [[file], undefined],
    [Array.from({ length: 14 }, () => file), undefined],
    [Array.from({ length: 15 }, () => file), field],
    [[file, { ...file, contentType: "image/gif" }], field],
    [
      [
        { ...file, bytes: 35_000_000 },
        { ...file, bytes: 35_000_000 },
      ],
      undefined,
    ],
    [
      [
        { ...file, bytes: 35_000_000 },
        { ...file, bytes: 35_000_001 },
      ],
      field,
    ],
  ])("checks the pictures %j", (files, refused) => {
    expect(gemini({ apiKey }).offers["image-to-image"]?.check?.({}, files)?.field).toBe(refused);
  });
});

describe("costOf", () => {
  const answer = (usageMetadata: object) => ({ usageMetadata }) as Parameters<typeof costOf>[0];

  it("adds up the tokens of all calls, those of thoughts too", () => {
    const summed = answer({ promptTokenCount: 21, candidatesTokenCount: 40, thoughtsTokenCount: 12 });
    expect(costOf(summed, answer({ totalTokenCount: 1000 }))).toEqual({ unit: "tokens", amount: 1073 });
  });

  it("is nothing where the vendor does not say", () => {
    expect(costOf(undefined, answer({}))).toBeUndefined();
  });
});
