import { describe, expect, it } from "vitest";
import { seedream } from "./index.ts";
import { toResult } from "./to-result.ts";

const apiKey = "ark-key";
const field = "input_image_asset_url";
const file = { field, contentType: "image/png", bytes: 1_000, width: 640, height: 480 };
const pro = "dola-seedream-5-0-pro-260628";
const lite = "seedream-5-0-260128";
const four = "seedream-4-0-250828";
const fourFive = "doubao-seedream-4-5-251128";

describe("seedream", () => {
  it.each([
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey, baseUrl: "ftp://a.example.com" }, "baseUrl"],
  ])("refuses to start with %j", (settings, word) => {
    expect(() => seedream(settings)).toThrow(word);
  });

  it.each([
    { n: 0 },
    { n: 16 },
    { n: 1.5 },
    { size: "2k" },
    { size: "16x16" },
    { size: "2048×2048" },
    { size: "auto" },
    { output_format: "webp" },
    { background: "green" },
    { seed: 7 },
    { guidance_scale: 2.5 },
    { watermark: true },
  ])("refuses the parameters %j", (parameters) => {
    const schema = seedream({ apiKey }).offers["text-to-image"]?.parameters;
    expect(schema?.safeParse(parameters).success).toBe(false);
  });

  it("prices as many pictures as are asked for", () => {
    const offer = seedream({ apiKey }).offers["image-to-image"];
    expect(offer?.outputs?.({ n: 7 })).toBe(7);
    expect(offer?.outputs?.({})).toBe(1);
  });

  it.each([
    [fourFive, { size: "1024x1024" }, "size"],
    [fourFive, { size: "1920x1920" }, undefined],
    [fourFive, { size: "1920x1919" }, "size"],
    [fourFive, { size: "4096x4096" }, undefined],
    [fourFive, { size: "4096x4097" }, "size"],
    [fourFive, { size: "8000x500" }, undefined],
    [fourFive, { size: "8001x500" }, "size"],
    [fourFive, { size: "3K" }, "size"],
    [fourFive, { size: "4K" }, undefined],
    [four, { size: "1024x1024" }, undefined],
    [pro, { size: "1.5K" }, undefined],
    [pro, { size: "4K" }, "size"],
    [pro, { n: 2 }, "n"],
    [pro, { n: 1 }, undefined],
    [lite, { n: 15 }, undefined],
    [fourFive, { output_format: "png" }, "output_format"],
    [fourFive, { output_format: "jpeg" }, undefined],
    [lite, { output_format: "png" }, undefined],
    [lite, { background: "opaque" }, "background"],
    [pro, { background: "opaque" }, undefined],
    [pro, { background: "transparent" }, "background"],
    [pro, { background: "transparent", output_format: "png" }, undefined],
    [fourFive, { prompt_optimization: "fast" }, "prompt_optimization"],
    [fourFive, { prompt_optimization: "standard" }, undefined],
    [four, { prompt_optimization: "fast" }, undefined],
    ["ep-20261101-abc", { size: "1K", n: 4, output_format: "png", prompt_optimization: "fast" }, undefined],
  ])("checks, for %s, %j before anything is held", (model, input, refused) => {
    expect(seedream({ apiKey, model }).offers["text-to-image"]?.check?.(input, [])?.field).toBe(refused);
  });

  it.each([
    [{}, [file], undefined],
    [{ n: 14 }, [file], undefined],
    [{ n: 15 }, [file], "n"],
    [{}, Array.from({ length: 14 }, () => file), undefined],
    [{}, Array.from({ length: 15 }, () => file), field],
    [{}, [{ ...file, bytes: 10_000_001 }], field],
    [{}, [{ ...file, contentType: "image/svg+xml" }], field],
    [{}, [{ ...file, width: 14, height: 15 }], field],
    [{}, [{ ...file, width: 15, height: 15 }], undefined],
    [{}, [{ ...file, width: 6_001, height: 6_000 }], field],
    [{}, [{ ...file, width: 3_200, height: 200 }], undefined],
    [{}, [file, { ...file, width: 3_201, height: 200 }], field],
  ])("checks %j with the pictures %j", (input, files, refused) => {
    expect(seedream({ apiKey }).offers["image-to-image"]?.check?.(input, files)?.field).toBe(refused);
  });
});

describe("toResult", () => {
  const url = (index: number) => ({ url: `https://files.example.com/${index}.jpeg` });
  const output = (index: number) => ({ index, source: url(index) });
  const rejected = { error: { code: "OutputImageSensitiveContentDetected.PolicyViolation" } };
  const broken = { error: { code: "InternalServiceError" } };

  it("gives every picture that came, and a reason for each that did not", () => {
    const data = [url(0), rejected, broken, {}];
    const body = { data, usage: { generated_images: 1 } };
    expect(toResult(body, new Headers(), 5)).toEqual({
      state: "done",
      outputs: [output(0)],
      failures: [
        { index: 1, code: "content_rejected" },
        { index: 2, code: "provider_failed" },
        { index: 3, code: "provider_failed" },
        { index: 4, code: "provider_failed" },
      ],
      cost: { unit: "images", amount: 1 },
    });
  });

  it("is a failed job where nothing came and nothing is billed, and an open question where something is", () => {
    const answer = (generated_images: number) => () =>
      toResult({ data: [], usage: { generated_images } }, new Headers(), 1);
    expect(answer(0)).toThrow(expect.objectContaining({ code: "provider_failed", outcome: "failed" }));
    expect(answer(1)).toThrow(expect.objectContaining({ code: "submission_unknown", outcome: "unknown" }));
  });

  it("never gives more than were priced, and says what they cost all the same", () => {
    expect(toResult({ data: [url(0), url(1), url(2)] }, new Headers(), 2)).toMatchObject({
      outputs: [output(0), output(1)],
      failures: [],
      cost: { unit: "images", amount: 3 },
    });
  });

  it("is a failure of another kind when only some were refused and none came", () => {
    const read = () => toResult({ data: [rejected, broken] }, new Headers(), 2);
    expect(read).toThrow(expect.objectContaining({ code: "provider_failed", outcome: "failed" }));
  });
});
