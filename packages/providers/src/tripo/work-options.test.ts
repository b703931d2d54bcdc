import { describe, expect, it } from "vitest";
import { tripo } from "./index.ts";
import { stageOf } from "./to-result.ts";

const { offers } = tripo({ apiKey: "tsk_key" });
const field = "input_model_asset_url";
const file = { field, contentType: "model/gltf-binary", bytes: 150_000_000, width: null, height: null };

describe("work on a model", () => {
  it.each([
    ["refine-model", { texture_quality: "fast" }],
    ["refine-model", { texture_seed: 2 ** 31 }],
    ["refine-model", { texture_seed: 0.5 }],
    ["refine-model", { face_limit: 500 }],
    ["refine-model", { model_version: "P1" }],
    ["convert-model", {}],
    ["convert-model", { format: "glb" }],
    ["convert-model", { format: "PLY" }],
    ["convert-model", { format: "STL", scale_factor: 0 }],
    ["convert-model", { format: "STL", texture_format: "GIF" }],
    ["convert-model", { format: "STL", fbx_preset: "maya" }],
    ["convert-model", { format: "STL", part_names: ["a"] }],
  ] as const)("%s refuses the parameters %j", (operation, parameters) => {
    expect(offers[operation]?.parameters.safeParse(parameters).success).toBe(false);
  });

  it.each([
    ["refine-model", {}, undefined],
    ["refine-model", { model_version: "v3.1", texture_quality: "extreme" }, undefined],
    ["refine-model", { model_version: "v2.5", texture_quality: "detailed" }, "texture_quality"],
    ["refine-model", { texture: false, pbr: true }, "pbr"],
    ["refine-model", { texture: false, texture_quality: "extreme" }, "texture_quality"],
    ["refine-model", { prompt: "rusty iron" }, undefined],
    ["refine-model", { prompt: "x".repeat(1025) }, "prompt"],
    ["refine-model", { prompt: "rust 🦀" }, "prompt"],
    ["refine-model", { prompt: "a flag 🇩🇪" }, "prompt"],
    ["refine-model", { prompt: "number 1️⃣" }, "prompt"],
    ["refine-model", { prompt: "Stuhl für Søren, №7 · 20 €" }, undefined],
    ["convert-model", { format: "OBJ", export_vertex_colors: true }, undefined],
    ["convert-model", { format: "GLTF", export_vertex_colors: true }, undefined],
    ["convert-model", { format: "FBX", export_vertex_colors: true }, "export_vertex_colors"],
    ["convert-model", { format: "FBX", export_vertex_colors: false }, undefined],
  ] as const)("%s checks %j before anything is held", (operation, input, refused) => {
    expect(offers[operation]?.check?.(input, [])?.field).toBe(refused);
    expect(offers[operation]?.check?.(input, [file])?.field).toBe(refused);
  });

  it.each([
    [{ contentType: "model/obj" }, undefined],
    [{ contentType: "application/vnd.autodesk.fbx" }, undefined],
    [{ contentType: "model/stl" }, undefined],
    [{ contentType: "model/3mf" }, field],
    [{ contentType: "image/png" }, field],
    [{ bytes: 150_000_001 }, field],
  ])("checks a model that is %j", (different, refused) => {
    for (const operation of ["refine-model", "convert-model"] as const)
      expect(offers[operation]?.check?.({ format: "STL" }, [{ ...file, ...different }])?.field).toBe(refused);
  });

  it("takes four views at most, whatever operation a team makes of them", () => {
    const view = {
      field: "input_image_asset_urls",
      contentType: "image/png",
      bytes: 1,
      width: 256,
      height: 256,
    };
    const check = (count: number) =>
      offers["image-to-model"]?.check?.(
        {},
        Array.from({ length: count }, () => view),
      );
    expect(check(4)).toBeUndefined();
    expect(check(5)?.field).toBe(view.field);
  });

  it("takes a sketch as a picture", () => {
    const sketch = { ...file, field: "input_sketch_asset_url", contentType: "image/png", bytes: 20_000_001 };
    expect(offers["sketch-to-model"]?.check?.({}, [sketch])?.field).toBe("input_sketch_asset_url");
    expect(offers["sketch-to-model"]?.check?.({ prompt: "🪔" }, [{ ...sketch, bytes: 1 }])).toBeUndefined();
  });

  it("names its stage by what is done", () => {
    expect(stageOf(10, { key: "a", data: { work: "models/texture" } })).toBe("Wrapping the surface");
    expect(stageOf(90, { key: "a", data: { work: "models/convert" } })).toBe("Converting the model");
  });
});
