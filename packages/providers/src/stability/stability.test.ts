import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { stability } from "./index.ts";
import { fromPicture, fromWords, imageModels } from "./models.ts";
import { styleOf } from "./style-presets.ts";

const apiKey = "sk-key";
const { offers } = stability({ apiKey });
const picture = {
  field: "input_image_asset_url",
  contentType: "image/jpeg",
  bytes: 1_000_000,
  width: 1024,
  height: 768,
};
const mask = { ...picture, field: "input_mask_asset_url", contentType: "image/png" };
const view = { ...picture, field: "input_image_asset_urls" };
const prompt = "a lamp";

describe("stability", () => {
  it.each([
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey, baseUrl: "ftp://a" }, "baseUrl"],
    [{ apiKey, model: "sd3-large" as "core" }, "there is no model"],
  ])("refuses to start with %j", (settings, word) => {
    expect(() => stability(settings)).toThrow(word);
  });

  it.each([
    ["text-to-image", { n: 2 }],
    ["text-to-image", { seed: 4_294_967_295 }],
    ["text-to-image", { style_preset: "clay" }],
    ["text-to-image", { aspect_ratio: "2:1" }],
    ["text-to-image", { model: "sd3-large" }],
    ["text-to-image", { strength: 0.5 }],
    ["image-to-image", { model: "core" }],
    ["image-to-image", { fidelity: 1.1 }],
    ["remove-background", { output_format: "jpeg" }],
    ["remove-background", { seed: 1 }],
    ["style-transfer", { change_strength: 0 }],
    ["style-transfer", { style_preset: "anime" }],
    ["search-and-recolor", { grow_mask: 21 }],
    ["outpaint", { negative_prompt: "blue" }],
    ["outpaint", { left: 2001 }],
    ["replace-background", { light_source_direction: "front" }],
    ["image-to-model", { texture_resolution: "4096" }],
    ["image-to-model", { target_count: 99 }],
  ] as const)("refuses, for %s, the parameters %j", (operation, parameters) => {
    expect(offers[operation]?.parameters.safeParse(parameters).success).toBe(false);
  });

  it.each([
    ["text-to-image", { prompt }, [], undefined],
    ["image-to-image", { prompt, fidelity: 0.1 }, [picture], undefined],
    ["image-to-image", { prompt, strength: 0.1 }, [picture], "strength"],
    ["image-to-image", { prompt, aspect_ratio: "1:1" }, [picture], "aspect_ratio"],
    ["image-to-image", { prompt, control: "style", aspect_ratio: "1:1" }, [picture], undefined],
    ["image-to-image", { prompt, model: "ultra", aspect_ratio: "1:1" }, [picture], undefined],
    ["image-to-image", { prompt, model: "v3.5-large", aspect_ratio: "1:1" }, [picture], "aspect_ratio"],
    ["image-to-image", { prompt, model: "ultra", fidelity: 0.1 }, [picture], "fidelity"],
    ["image-to-image", { prompt, model: "ultra", control: "style" }, [picture], "control"],
    ["image-to-image", { prompt, model: "ultra", cfg_scale: 7 }, [picture], "cfg_scale"],
    ["text-to-image", { prompt, cfg_scale: 7 }, [], "cfg_scale"],
    ["outpaint", {}, [picture], "left"],
    ["outpaint", { left: 0 }, [picture], "left"],
    ["outpaint", { up: 1 }, [picture], undefined],
    ["replace-background", { prompt, light_source_strength: 1 }, [picture], "light_source_strength"],
    ["upscale", {}, [picture], undefined],
    ["upscale", { creativity: 0.3 }, [picture], "creativity"],
    ["upscale", { seed: 1 }, [picture], "seed"],
    ["upscale", { mode: "conservative" }, [picture], "prompt"],
    ["upscale", { mode: "conservative", prompt, creativity: 0.19 }, [picture], "creativity"],
    ["upscale", { mode: "conservative", prompt, creativity: 0.5 }, [picture], undefined],
    ["upscale", { mode: "conservative", prompt, style_preset: "anime" }, [picture], "style_preset"],
    ["upscale", { mode: "creative", prompt, creativity: 0.36 }, [picture], "creativity"],
    ["upscale", { mode: "creative", prompt, creativity: 0 }, [picture], undefined],
    ["image-to-model", { foreground_ratio: 0.85 }, [view], "foreground_ratio"],
    ["image-to-model", { foreground_ratio: 1.3 }, [view], undefined],
    ["image-to-model", { model: "fast", foreground_ratio: 1.3 }, [view], "foreground_ratio"],
    ["image-to-model", { model: "fast", seed: 1 }, [view], "seed"],
    ["image-to-model", { vertex_count: 1 }, [view], "vertex_count"],
  ] as const)("checks, for %s, %j before anything is held", (operation, input, files, field) => {
    expect(offers[operation]?.check?.(input, files)?.field).toBe(field);
  });

  it.each([
    ["search-and-recolor", [{ ...picture, contentType: "image/gif" }], picture.field],
    ["search-and-recolor", [{ ...picture, height: 63 }], picture.field],
    ["search-and-recolor", [{ ...picture, width: 64, height: 64 }], undefined],
    ["search-and-recolor", [{ ...picture, width: 4096, height: 2305 }], picture.field],
    ["search-and-recolor", [{ ...picture, width: 1000, height: 399 }], picture.field],
    ["erase", [{ ...picture, width: 1000, height: 399 }], undefined],
    ["erase", [picture, mask], undefined],
    ["erase", [picture, { ...mask, width: 1023 }], mask.field],
    ["erase", [picture, { ...mask, contentType: "image/gif" }], mask.field],
    ["remove-background", [{ ...picture, width: 2048, height: 2049 }], picture.field],
    ["remove-background", [{ ...picture, width: 2048, height: 2048 }], undefined],
    ["image-to-model", [{ ...view, height: 639 }], view.field],
    ["image-to-model", [{ ...view, height: 640 }], undefined],
    ["image-to-model", [view, view], view.field],
    [
      "erase",
      [
        { ...picture, bytes: 6_000_000 },
        { ...mask, bytes: 4_500_000 },
      ],
      picture.field,
    ],
    [
      "erase",
      [
        { ...picture, bytes: 4_000_000 },
        { ...mask, bytes: 6_400_000 },
      ],
      undefined,
    ],
    [
      "erase",
      [
        { ...picture, bytes: 4_000_000 },
        { ...mask, bytes: 6_480_000 },
      ],
      mask.field,
    ],
  ] as const)("checks, for %s, the files %j", (operation, files, field) => {
    const input = operation === "image-to-model" || operation === "erase" ? {} : { prompt };
    expect(offers[operation]?.check?.(input, files)?.field).toBe(field);
  });

  it("counts the words as part of the request", () => {
    const file = { ...picture, bytes: 10_460_000 };
    const check = offers["search-and-replace"]?.check;
    expect(check?.({ prompt }, [file])).toBeUndefined();
    expect(check?.({ prompt, negative_prompt: "ü".repeat(10_000) }, [file])?.field).toBe(file.field);
  });

  it("says what a picture cost by the endpoint and the model that painted it", async () => {
    const paint = submitContext();
    const costs: unknown[] = [];
    for (const model of [undefined, "ultra", "v3.5-large", "v3.5-flash"] as const) {
      const provider = stability({ apiKey, baseUrl, ...(model ? { model } : {}) });
      const job = jobOf("text-to-image", { prompt });
      const answer = await provider.submit(job, await provider.prepare(job, paint), paint);
      if (answer.state !== "done") throw new Error("It was not answered at once.");
      costs.push(answer.cost);
    }
    expect(costs).toEqual([3, 8, 6.5, 2.5].map((amount) => ({ unit: "credits", amount })));
  });
});

it("lets the models of the third generation be told how closely to keep to the words", () => {
  const [core, ultra, ...third] = imageModels;
  for (const model of third) {
    expect(fromWords(model).fields).toHaveProperty("cfg_scale", "cfg_scale");
    expect(fromPicture(model).fields).toHaveProperty("cfg_scale", "cfg_scale");
  }
  for (const model of [core, ultra]) expect(fromWords(model).fields).not.toHaveProperty("cfg_scale");
});

it("delivers a picture that came with a word of tomorrow, and says so in the log", async () => {
  const warnings: unknown[] = [];
  const { logger } = submitContext();
  const paint = submitContext({ logger: { ...logger, warn: (fields) => warnings.push(fields) } });
  const provider = stability({ apiKey, baseUrl });
  const headers = { "finish-reason": "UPSIDE_DOWN", "content-type": "image/png" };
  server.use(http.post(`${baseUrl}/*`, () => HttpResponse.arrayBuffer(png, { headers }), { once: true }));
  const { outputs } = await buy(provider, jobOf("text-to-image", { prompt }), paint);
  expect(outputs[0]).toContain("and more");
  expect(warnings).toEqual([{ provider: "stability", reason: "UPSIDE_DOWN" }]);
});

describe("styleOf", () => {
  const styled = { prompt: "a lamp, modelled in clay", style: "clay" };
  it("lets the caller's own preset win, and keeps ours in the words", () => {
    const input = { prompt, style: "clay", style_preset: "anime" };
    expect(styleOf({ ...styled, input }, true)).toEqual({ prompt: styled.prompt, preset: undefined });
  });
  it("keeps to words where the endpoint takes no preset", () => {
    const input = { prompt, style: "clay" };
    expect(styleOf({ ...styled, input }, false)).toEqual({ prompt: styled.prompt, preset: undefined });
    expect(styleOf({ ...styled, input }, true)).toEqual({ prompt, preset: "modeling-compound" });
  });
});

const baseUrl = "https://vendor.invalid";
const png = Uint8Array.from(Buffer.from("\x89PNG\r\n\x1a\n and more", "latin1")).buffer;
const paths: string[] = [];
const server = setupServer(
  http.post(`${baseUrl}/*`, () => HttpResponse.arrayBuffer(png)),
  http.get(`${baseUrl}/*`, ({ request }) => {
    paths.push(new URL(request.url).pathname);
    return HttpResponse.json({ name: "generation_not_found" }, { status: 404 });
  }),
);
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterAll(() => server.close());

it("never lets a job's id lead to another path", async () => {
  paths.length = 0;
  await stability({ apiKey, baseUrl }).check?.({ key: "../../v1/user/balance?x=" }, submitContext());
  expect(paths).toEqual(["/v2beta/results/..%2F..%2Fv1%2Fuser%2Fbalance%3Fx%3D"]);
});
