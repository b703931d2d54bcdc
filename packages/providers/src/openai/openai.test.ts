import { describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { openai } from "./index.ts";
import { findOpenaiModel } from "./models.ts";
import { toCost } from "./to-result.ts";

const apiKey = "sk-key";
const file = {
  field: "input_image_asset_url",
  contentType: "image/png",
  bytes: 1_000,
  width: 640,
  height: 480,
};

describe("openai", () => {
  it.each([
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey: "sk-\nSECRET" }, "apiKey"],
    [{ apiKey, baseUrl: "ftp://a.example.com" }, "baseUrl"],
    [{ apiKey, baseUrl: "api" }, "baseUrl"],
    [{ apiKey, model: "dall-e-3" }, "retired"],
    [{ apiKey, partialImages: 4 }, "partialImages"],
    [{ apiKey, partialImages: 1.5 }, "partialImages"],
  ])("refuses to start with %j", (settings, word) => {
    expect(() => openai(settings)).toThrow(word);
    expect(() => openai(settings)).not.toThrow("SECRET");
  });

  it("knows when a model is retired, and takes one that is newer than its table", () => {
    expect(findOpenaiModel("gpt-image-1.5", Date.parse("2026-11-30T23:59:59Z")).id).toBe("gpt-image-1.5");
    expect(() => findOpenaiModel("gpt-image-1.5", Date.parse("2026-12-01"))).toThrow("retired");
    expect(findOpenaiModel("gpt-image-4", 0).id).toBe("gpt-image-4");
  });

  it("prices as many pictures as are asked for", () => {
    const offer = openai({ apiKey }).offers["text-to-image"];
    expect(offer?.outputs?.({ n: 7 })).toBe(7);
    expect(offer?.outputs?.({})).toBe(1);
  });

  it.each([
    { n: 0 },
    { n: 11 },
    { n: 1.5 },
    { size: "17x17" },
    { quality: "hd" },
    { seed: 1 },
    { background: "" },
  ])("refuses the parameters %j", (parameters) => {
    const schema = openai({ apiKey }).offers["text-to-image"]?.parameters;
    expect(schema?.safeParse(parameters).success).toBe(false);
  });

  it.each([
    [{ quality: "max" }, [], "gpt-image-2", "quality"],
    [{ quality: "max" }, [], "gpt-image-2.5-flare", undefined],
    [{}, [file], "gpt-image-2", undefined],
    [{}, [{ ...file, contentType: "image/gif" }], "gpt-image-2", "input_image_asset_url"],
    [{}, [{ ...file, bytes: 50_000_000 }], "gpt-image-2", "input_image_asset_url"],
    [{}, Array.from({ length: 16 }, () => file), "gpt-image-2", undefined],
    [{}, Array.from({ length: 17 }, () => file), "gpt-image-2", "input_image_asset_url"],
  ])("checks %j %j of %s before anything is held", (input, files, model, field) => {
    const check = openai({ apiKey, model }).offers["image-to-image"]?.check;
    expect(check?.(input, files)?.field).toBe(field);
  });

  it("asks the runtime for a connection that fails, and says so", async () => {
    const provider = openai({ apiKey, baseUrl: "http://vendor.invalid" });
    const context = submitContext();
    const { error } = await buy(provider, jobOf("text-to-image", { prompt: "p" }), context);
    expect(error).toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
  });
});

describe("toCost", () => {
  const usage = { input_tokens: 118, output_tokens: 1584, input_tokens_details: { image_tokens: 100 } };

  it("is the vendor's price list times the tokens", () => {
    const model = findOpenaiModel("gpt-image-2.5-flare", 0);
    expect(toCost(usage, model)).toEqual({ unit: "usd", amount: 0.04841 });
  });

  it("is nothing where the price or the tokens are not known", () => {
    expect(toCost(usage, findOpenaiModel("gpt-image-9", 0))).toBeUndefined();
    expect(toCost(undefined, findOpenaiModel("gpt-image-2", 0))).toBeUndefined();
  });
});
