import { describe, expect, it } from "vitest";
import { tripo } from "./index.ts";
import { stageOf } from "./to-result.ts";

const apiKey = "tsk_key";
const file = {
  field: "input_image_asset_urls",
  contentType: "image/jpeg",
  bytes: 20_000_000,
  width: 256,
  height: 256,
};
const offers = tripo({ apiKey }).offers;

describe("tripo", () => {
  it.each([
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey: "tcli_123" }, "client id"],
    [{ apiKey, baseUrl: "file:///etc" }, "baseUrl"],
    [{ apiKey, model: "v2.0-20240919" }, "retired"],
    [{ apiKey, model: "Turbo-v1.0-20250506" }, "retired"],
  ])("refuses to start with %j", (settings, word) => {
    expect(() => tripo(settings)).toThrow(word);
  });

  it.each([
    { model_version: "v2.0-20240919" },
    { model_version: "v9" },
    { face_limit: 2.5 },
    { face_limit: 0 },
    { texture: "yes" },
    { quad: false },
    { orientation: "default" },
  ])("refuses the parameters %j", (parameters) => {
    expect(offers["text-to-model"]?.parameters.safeParse(parameters).success).toBe(false);
  });

  it.each([
    [{ prompt: "a lamp" }, undefined],
    [{ prompt: "a 3 # lamp, très belle 灯" }, undefined],
    [{ prompt: "a lamp 🪔" }, "prompt"],
    [{ prompt: "a\u200blamp" }, "prompt"],
    [{ prompt: "x".repeat(1024) }, undefined],
    [{ prompt: "x".repeat(1020), style: "clay" }, "prompt"],
    [{ model_version: "v2.5", texture_quality: "detailed" }, "texture_quality"],
    [{ model_version: "v2.5", texture_quality: "standard" }, undefined],
    [{ model_version: "v2.5", auto_size: true }, "auto_size"],
    [{ model_version: "v2.5", auto_size: false }, undefined],
    [{ model_version: "P1", face_limit: 20_001 }, "face_limit"],
    [{ model_version: "P1", face_limit: 20_000 }, undefined],
    [{ face_limit: 1_500_000 }, undefined],
    [{ texture: false, pbr: true }, "pbr"],
    [{ texture: false, pbr: false }, undefined],
    [{ texture: false, texture_quality: "extreme" }, "texture_quality"],
    [{ texture: false, orientation: "align_image" }, "orientation"],
  ])("checks %j before anything is held", (input, field) => {
    expect(offers["text-to-model"]?.check?.(input, [])?.field).toBe(field);
  });

  it.each([
    [{}, undefined],
    [{ width: null, height: null }, undefined],
    [{ bytes: 20_000_001 }, file.field],
    [{ height: 255 }, file.field],
    [{ contentType: "image/gif" }, file.field],
  ])("checks a picture that is %j", (different, field) => {
    const prompt = "🪔 is not sent";
    const refusal = offers["image-to-model"]?.check?.({ prompt }, [file, { ...file, ...different }]);
    expect(refusal?.field).toBe(field);
  });

  it("names the stages of a model without a surface by its shape alone", () => {
    expect(stageOf(80, { key: "a", data: { textured: false } })).toBe("Shaping the mesh");
    expect(stageOf(80, { key: "a", data: { textured: true } })).toBe("Wrapping the surface");
    expect(stageOf(undefined, { key: "a" })).toBe("Shaping the mesh");
  });
});
