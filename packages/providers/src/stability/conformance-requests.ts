import type { JsonObject } from "@genbff/core";
import type { RequestCase } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";

const { prompt } = secrets;
const headers = {
  accept: "image/*",
  "stability-client-user-id": "user-5c1e",
  "x-client-request-id": "ref-7f3a",
};
const anyAnswer = { ...headers, accept: "*/*" };
const image = fileOf("input_image_asset_url", "a picture", "image/jpeg");
const mask = fileOf("input_mask_asset_url", "a mask");
const sent = (name: string) => [name, "image/jpeg input-0.jpg a picture"] as const;
const folder = "v2beta/stable-image";

/** A case of one picture that comes in. */
const edit = (
  operation: string,
  path: string,
  input: JsonObject,
  fields: readonly (readonly [string, string])[],
) => ({
  title: `${operation} at ${path}`,
  job: jobOf(operation, input, { files: [image] }),
  path: `${folder}/${path}`,
  headers,
  form: [...fields, sent("image")],
});

/** What is answered with a file. */
export const fileRequests: readonly RequestCase[] = [
  {
    title: "text-to-image with nothing chosen, as a form all the same",
    job: jobOf("text-to-image", { prompt }),
    path: `${folder}/generate/core`,
    headers,
    form: [["prompt", prompt]],
  },
  {
    title: "text-to-image with everything chosen",
    job: jobOf("text-to-image", {
      prompt,
      model: "ultra",
      negative_prompt: "blue",
      aspect_ratio: "16:9",
      style_preset: "cinematic",
      seed: 0,
      output_format: "webp",
      provider: "stability",
    }),
    path: `${folder}/generate/ultra`,
    headers,
    form: [
      ["prompt", prompt],
      ["seed", "0"],
      ["output_format", "webp"],
      ["negative_prompt", "blue"],
      ["style_preset", "cinematic"],
      ["aspect_ratio", "16:9"],
    ],
  },
  {
    title: "text-to-image by a model of the third generation",
    job: jobOf("text-to-image", { prompt, model: "v3.5-medium", seed: 7 }),
    path: `${folder}/generate/sd3`,
    headers,
    form: [
      ["prompt", prompt],
      ["mode", "text-to-image"],
      ["model", "sd3.5-medium"],
      ["seed", "7"],
    ],
  },
  {
    title: "text-to-image in a style that the vendor has too",
    job: {
      ...jobOf("text-to-image", { prompt, style: "clay" }),
      prompt: `${prompt}, modelled in clay`,
    },
    path: `${folder}/generate/core`,
    headers,
    form: [
      ["prompt", prompt],
      ["style_preset", "modeling-compound"],
    ],
  },
  {
    title: "text-to-image in a style that the vendor has not",
    job: { ...jobOf("text-to-image", { prompt, style: "gouache" }), prompt: `${prompt}, in gouache` },
    path: `${folder}/generate/core`,
    headers,
    form: [["prompt", `${prompt}, in gouache`]],
  },
  edit("image-to-image", "control/structure", { prompt, fidelity: 0.4 }, [
    ["prompt", prompt],
    ["control_strength", "0.4"],
  ]),
  edit("image-to-image", "control/style", { prompt, control: "style", fidelity: 1, aspect_ratio: "2:3" }, [
    ["prompt", prompt],
    ["fidelity", "1"],
    ["aspect_ratio", "2:3"],
  ]),
  edit("image-to-image", "generate/ultra", { prompt, model: "ultra" }, [
    ["prompt", prompt],
    ["strength", "0.5"],
  ]),
  edit("image-to-image", "generate/sd3", { prompt, model: "v3.5-flash", strength: 0.9 }, [
    ["prompt", prompt],
    ["mode", "image-to-image"],
    ["model", "sd3.5-flash"],
    ["strength", "0.9"],
  ]),
  {
    title: "sketch-to-image",
    job: jobOf(
      "sketch-to-image",
      { prompt, control_strength: 0 },
      { files: [fileOf("input_sketch_asset_url", "lines")] },
    ),
    path: `${folder}/control/sketch`,
    headers,
    form: [
      ["prompt", prompt],
      ["control_strength", "0"],
      ["image", "image/png input-0.png lines"],
    ],
  },
  {
    title: "style-transfer without words",
    job: jobOf(
      "style-transfer",
      { change_strength: 0.1, style_strength: 1 },
      { files: [image, fileOf("input_style_image_asset_url", "a style", "image/webp")] },
    ),
    path: `${folder}/control/style-transfer`,
    headers,
    form: [
      ["style_strength", "1"],
      ["change_strength", "0.1"],
      sent("init_image"),
      ["style_image", "image/webp input-1.webp a style"],
    ],
  },
  edit("remove-background", "edit/remove-background", { output_format: "webp" }, [["output_format", "webp"]]),
  edit("search-and-recolor", "edit/search-and-recolor", { prompt, select_prompt: "the chair" }, [
    ["prompt", prompt],
    ["select_prompt", "the chair"],
  ]),
  edit("search-and-replace", "edit/search-and-replace", { prompt, search_prompt: "a cat", grow_mask: 20 }, [
    ["prompt", prompt],
    ["search_prompt", "a cat"],
    ["grow_mask", "20"],
  ]),
  {
    title: "image-inpaint, the mask as it is",
    job: jobOf("image-inpaint", { prompt, grow_mask: 100 }, { files: [image, mask] }),
    path: `${folder}/edit/inpaint`,
    headers,
    form: [["prompt", prompt], ["grow_mask", "100"], sent("image"), ["mask", "image/png input-1.png a mask"]],
  },
  {
    title: "erase, without words",
    job: jobOf("erase", { output_format: "jpeg" }, { files: [image, mask] }),
    path: `${folder}/edit/erase`,
    headers,
    form: [["output_format", "jpeg"], sent("image"), ["mask", "image/png input-1.png a mask"]],
  },
  edit("outpaint", "edit/outpaint", { left: 200, down: 0, creativity: 0.2 }, [
    ["left", "200"],
    ["down", "0"],
    ["creativity", "0.2"],
  ]),
  edit("upscale", "upscale/fast", { prompt }, []),
  edit("upscale", "upscale/conservative", { prompt, mode: "conservative", creativity: 0.2 }, [
    ["prompt", prompt],
    ["creativity", "0.2"],
  ]),
  {
    title: "image-to-model, without its prompt",
    job: jobOf(
      "image-to-model",
      { prompt, foreground_ratio: 1.3, target_type: "face", target_count: 5000, seed: 3 },
      { files: [fileOf("input_image_asset_urls", "a view")] },
    ),
    path: "v2beta/3d/stable-point-aware-3d",
    headers: anyAnswer,
    form: [
      ["foreground_ratio", "1.3"],
      ["target_type", "face"],
      ["target_count", "5000"],
      ["seed", "3"],
      ["image", "image/png input-0.png a view"],
    ],
  },
  {
    title: "image-to-model by the fast model",
    job: jobOf(
      "image-to-model",
      { model: "fast", texture_resolution: "2048", remesh: "quad", vertex_count: -1 },
      { files: [fileOf("input_image_asset_urls", "a view")] },
    ),
    path: "v2beta/3d/stable-fast-3d",
    headers: anyAnswer,
    form: [
      ["texture_resolution", "2048"],
      ["remesh", "quad"],
      ["vertex_count", "-1"],
      ["image", "image/png input-0.png a view"],
    ],
  },
];

/** What is answered with a job. */
export const jobRequests: readonly RequestCase[] = [
  {
    title: "replace-background with everything chosen",
    job: jobOf(
      "replace-background",
      {
        prompt,
        foreground_prompt: "a chair",
        negative_prompt: "people",
        preserve_original_subject: 0.95,
        original_background_depth: 0,
        keep_original_background: true,
        light_source_direction: "above",
        light_source_strength: 0.3,
        seed: 1,
        output_format: "png",
      },
      { files: [image] },
    ),
    path: `${folder}/edit/replace-background-and-relight`,
    headers: anyAnswer,
    form: [
      ["background_prompt", prompt],
      ["seed", "1"],
      ["output_format", "png"],
      ["negative_prompt", "people"],
      ["foreground_prompt", "a chair"],
      ["preserve_original_subject", "0.95"],
      ["original_background_depth", "0"],
      ["keep_original_background", "true"],
      ["light_source_direction", "above"],
      ["light_source_strength", "0.3"],
      sent("subject_image"),
    ],
  },
  {
    ...edit("upscale", "upscale/creative", { prompt, mode: "creative", style_preset: "photographic" }, [
      ["prompt", prompt],
      ["style_preset", "photographic"],
    ]),
    headers: anyAnswer,
  },
];
