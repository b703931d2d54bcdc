import { applyStyle } from "@genbff/core";
import { encode } from "fast-png";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { fileOf, fileOfBytes, jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { readMask } from "../shared/mask.ts";
import { recraft } from "./index.ts";
import { familyNames, presetNames, substyleNames } from "./styles.ts";

const apiKey = "key";
const { offers } = recraft({ apiKey });
const picture = {
  field: "input_image_asset_url",
  contentType: "image/webp",
  bytes: 1_000_000,
  width: 1024,
  height: 768,
};
const mask = { ...picture, field: "input_mask_asset_url", contentType: "image/png" };
const prompt = "a lamp";
const long = (letters: number) => "x".repeat(letters);

describe("recraft", () => {
  it.each([
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey, baseUrl: "img" }, "baseUrl"],
    [{ apiKey, model: "recraftv1" as "recraftv2" }, "there is no model"],
  ])("refuses to start with %j", (settings, word) => {
    expect(() => recraft(settings)).toThrow(word);
  });

  it("prices as many pictures as are asked for", () => {
    expect(offers["text-to-image"]?.outputs?.({ n: 6 })).toBe(6);
    expect(offers.erase?.outputs?.({})).toBe(1);
  });

  it.each([
    ["text-to-image", { n: 7 }],
    ["text-to-image", { n: 0 }],
    ["text-to-image", { model: "v3_vector" }],
    ["text-to-image", { style: "vector_illustration" }],
    ["text-to-image", { substyle: "linocut" }],
    ["text-to-image", { size: "1000x1000" }],
    ["text-to-image", { image_format: "jpeg" }],
    ["text-to-image", { response_format: "b64_json" }],
    ["image-to-image", { model: "v2" }],
    ["image-to-image", { strength: 1.1 }],
    ["image-inpaint", { style: "clay" }],
    ["image-inpaint", { model: "v4_1" }],
    ["outpaint", { zoom_out_percentage: 100 }],
    ["vectorize", { image_format: "png" }],
    ["erase", { n: 2 }],
    ["upscale", { n: 2 }],
  ] as const)("refuses, for %s, the parameters %j", (operation, parameters) => {
    expect(offers[operation]?.parameters.safeParse(parameters).success).toBe(false);
  });

  it.each([
    [{ prompt }, undefined],
    [{ prompt: long(4_000) }, undefined],
    [{ prompt: long(1_001), style: "realistic_image" }, "prompt"],
    [{ prompt: long(1_000), style: "realistic_image" }, undefined],
    [{ prompt: long(990), style: "gouache" }, "prompt"],
    [{ prompt: long(990), style: "clay" }, undefined],
    [{ prompt: long(1_001), style: "gouache", model: "v4" }, undefined],
    [{ prompt, style: "realistic_image", substyle: "hdr" }, undefined],
    [{ prompt, style: "digital_illustration", substyle: "hdr" }, "substyle"],
    [{ prompt, style: "clay", substyle: "hdr" }, undefined],
    [{ prompt, substyle: "voxel" }, "substyle"],
    [{ prompt, substyle: "voxel", model: "v2" }, undefined],
    [{ prompt, style: "logo_raster", model: "v2" }, "style"],
    [{ prompt, style: "logo_raster" }, undefined],
    [{ prompt, style: "realistic_image", model: "v4_1" }, "style"],
    [{ prompt, substyle: "hdr", model: "v4_1_flash" }, "substyle"],
    [{ prompt, negative_prompt: "red", model: "v4" }, "negative_prompt"],
    [{ prompt, negative_prompt: "red" }, undefined],
    [{ prompt, size: "1344x768" }, undefined],
    [{ prompt, size: "1820x1024" }, "size"],
    [{ prompt, size: "1820x1024", substyle: "hdr" }, undefined],
    [{ prompt, size: "2048x2048", model: "v4_pro" }, undefined],
    [{ prompt, size: "2048x2048", model: "v4" }, "size"],
    [{ prompt, size: "10:14", model: "v2" }, undefined],
  ])("checks, for text-to-image, %j before anything is held", (input, field) => {
    expect(offers["text-to-image"]?.check?.(input, [])?.field).toBe(field);
  });

  it.each([
    [{}, "prompt"],
    [{ prompt }, "expand_left"],
    [{ prompt, expand_top: 0 }, "expand_top"],
    [{ prompt, expand_top: 1 }, undefined],
    [{ prompt, zoom_out_percentage: 10 }, undefined],
    [{ prompt, zoom_out_percentage: 0 }, "expand_left"],
    [{ prompt, size: "1:1" }, undefined],
    [{ prompt, size: "1:1", zoom_out_percentage: 0 }, undefined],
    [{ prompt, size: "1:1", expand_left: 1 }, "size"],
    [{ prompt, size: "1344x768" }, "size"],
    [{ prompt, expand_left: 2_000, expand_right: 1_072 }, undefined],
    [{ prompt, expand_left: 2_000, expand_right: 1_073 }, "expand_left"],
    [{ prompt, expand_right: 3_073 }, "expand_right"],
    [{ prompt, expand_bottom: 3_329 }, "expand_bottom"],
  ])("checks, for outpaint, %j", (input, field) => {
    expect(offers.outpaint?.check?.(input, [picture])?.field).toBe(field);
  });

  it.each([
    ["vectorize", [{ ...picture, contentType: "image/gif" }], picture.field],
    ["vectorize", [{ ...picture, bytes: 10_000_000 }], picture.field],
    ["vectorize", [{ ...picture, width: 255 }], picture.field],
    ["vectorize", [{ ...picture, width: 4_096 }], picture.field],
    ["vectorize", [{ ...picture, width: 4_000, height: 4_000 }], picture.field],
    ["upscale", [{ ...picture, width: 32, height: 32 }], undefined],
    ["upscale", [{ ...picture, width: 2_000, height: 2_001 }], picture.field],
    ["erase", [picture, mask], undefined],
    ["erase", [picture, { ...mask, contentType: "image/webp" }], mask.field],
    ["erase", [picture, { ...mask, height: 767 }], mask.field],
  ] as const)("checks, for %s, the files %j", (operation, files, field) => {
    expect(offers[operation]?.check?.({}, files)?.field).toBe(field);
  });

  it("checks the other upscaler by its own limits", () => {
    const input = { mode: "creative" };
    expect(offers.upscale?.check?.(input, [{ ...picture, width: 255 }])?.field).toBe(picture.field);
    expect(offers.upscale?.check?.(input, [{ ...picture, width: 4_000, height: 4_000 }])).toBeUndefined();
  });
});

describe("the styles", () => {
  it("belong to one family each, so that a substyle alone says enough", () => {
    const counts = familyNames.map((style) => {
      const check = offers["image-inpaint"]?.check;
      return substyleNames.filter((substyle) => !check?.({ prompt, style, substyle }, [])).length;
    });
    // All of the model's, and each under one name only; those of the older model are none of its.
    const own = substyleNames.filter(
      (substyle) => !offers["image-inpaint"]?.check?.({ prompt, substyle }, []),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(own.length);
    expect(own.length).toBeGreaterThan(60);
  });

  it("stand beside our presets, which core knows, and core leaves the vendor's alone", () => {
    for (const preset of presetNames) expect(applyStyle(prompt, preset, "image")).not.toBe(prompt);
    for (const family of familyNames) expect(applyStyle(prompt, family, "image")).toBe(prompt);
  });
});

const baseUrl = "https://vendor.invalid/v1";
let answer: unknown;
const forms: FormData[] = [];
const server = setupServer(
  http.post(`${baseUrl}/*`, async ({ request }) => {
    forms.push(
      request.headers.get("content-type")?.startsWith("multipart/")
        ? await request.formData()
        : new FormData(),
    );
    return HttpResponse.json(answer as object);
  }),
);
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => void forms.splice(0));
afterAll(() => server.close());

describe("recraft answers", () => {
  const provider = recraft({ apiKey, baseUrl });
  const context = submitContext();
  const url = (n: number) => `https://img.example.com/${n}`;
  const image = (n: number) => ({ image_id: "x", url: url(n) });

  // Every subset of up to four: which of the places hold a picture.
  const subsets = [1, 2, 3, 4].flatMap((n) =>
    Array.from({ length: 2 ** n - 1 }, (_, bits) =>
      Array.from({ length: n }, (_, at) => ((bits + 1) >> at) & 1),
    ),
  );
  it.each(subsets.map((places) => [places]))(
    "with %j of its pictures, and each other one is a failure",
    async (places) => {
      answer = { credits: 35, data: places.map((there, at) => (there ? image(at) : { image_id: "x" })) };
      const job = jobOf("text-to-image", { prompt, n: places.length }, { outputs: places.length });
      const bought = await buy(provider, job, context);
      const [there, missing] = [1, 0].map((kind) =>
        places.flatMap((place, at) => (place === kind ? [at] : [])),
      );
      expect(bought.outputs).toEqual(Object.fromEntries((there ?? []).map((at) => [at, url(at)])));
      const failures = (missing ?? []).map((index) => ({ index, code: "provider_failed" }));
      expect(bought.answer).toMatchObject({
        cost: { unit: "units", amount: 35 },
        ...(failures.length > 0 ? { failures } : {}),
      });
      if (failures.length === 0) expect(bought.answer).not.toHaveProperty("failures");
    },
  );

  it("with fewer or more than were asked for: never more than were priced", async () => {
    answer = { data: [image(0)] };
    const three = jobOf("text-to-image", { prompt, n: 3 }, { outputs: 3 });
    const fewer = await buy(provider, three, context);
    expect(fewer.answer).toMatchObject({ failures: [{ index: 1 }, { index: 2 }] });
    expect(fewer.answer).not.toHaveProperty("cost");
    answer = { data: [image(0), image(1)] };
    const more = await buy(provider, jobOf("text-to-image", { prompt }), context);
    expect(more.outputs).toEqual({ 0: url(0) });
  });
});

describe("masks for recraft", () => {
  const provider = recraft({ apiKey, baseUrl });
  const erase = (file: ReturnType<typeof fileOf>) =>
    buy(provider, jobOf("erase", {}, { files: [fileOf(picture.field, "photo"), file] }), submitContext());

  it("arrive in pure black and white, whatever was painted", async () => {
    answer = { image: { url: "https://img.example.com/a" } };
    const soft = encode({ width: 4, height: 1, data: Uint8Array.of(0, 100, 200, 255), channels: 1 });
    await erase(fileOfBytes(mask.field, soft));
    const sent = forms[0]?.get("mask") as File;
    expect([...(await readMask({ open: async () => sent.stream() })).white]).toEqual([0, 0, 255, 255]);
  });

  it("that cannot be read are refused, and nothing is sent", async () => {
    const { error } = await erase(fileOf(mask.field, "not a picture"));
    expect(error).toMatchObject({
      code: "asset_unusable",
      outcome: "refused",
      details: { field: mask.field },
    });
    expect(forms).toEqual([]);
  });

  it("that our own storage does not give are tried later", async () => {
    const open = () => Promise.reject(new Error("the disk is gone"));
    const { error } = await erase({ ...fileOf(mask.field, ""), open });
    expect(error).toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
    expect(forms).toEqual([]);
  });
});
