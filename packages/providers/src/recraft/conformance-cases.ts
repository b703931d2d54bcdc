import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, fileOfBytes, jobOf, secrets } from "../conformance/cases.ts";
import { toBlackAndWhite } from "../shared/mask.ts";
import { recraft } from "./index.ts";

const { prompt } = secrets;
const headers = { "x-client-request-id": "ref-7f3a" };
const image = fileOf("input_image_asset_url", "a picture", "image/webp");
const pure = toBlackAndWhite({ width: 2, height: 1, white: Uint8Array.of(0, 255) });
const mask = fileOfBytes("input_mask_asset_url", pure);
const sentImage = ["image", "image/webp input-0.webp a picture"] as const;
const sentFile = ["file", "image/webp input-0.webp a picture"] as const;
const sentMask = ["mask", `image/png input-1.png ${new TextDecoder().decode(pure)}`] as const;
const url = ["response_format", "url"] as const;
const older = [
  ["prompt", prompt],
  ["model", "recraftv3"],
  ["n", "1"],
] as const;

export const recraftCases: VendorCases = {
  vendor: "recraft",
  folder: "recraft",
  create: recraft,
  requests: [
    {
      title: "text-to-image with nothing chosen",
      job: jobOf("text-to-image", { prompt }),
      path: "images/generations",
      headers,
      json: { prompt, model: "recraftv4_1", n: 1, response_format: "url" },
    },
    {
      title: "text-to-image with everything chosen",
      job: jobOf(
        "text-to-image",
        {
          prompt,
          n: 6,
          model: "v4_1_pro",
          size: "16:9",
          random_seed: 0,
          image_format: "png",
          provider: "recraft",
        },
        { outputs: 6 },
      ),
      path: "images/generations",
      headers,
      json: {
        prompt,
        model: "recraftv4_1_pro",
        n: 6,
        random_seed: 0,
        image_format: "png",
        size: "16:9",
        response_format: "url",
      },
    },
    {
      title: "text-to-image in the vendor's own style, by the model that has it",
      job: jobOf("text-to-image", { prompt, style: "realistic_image", substyle: "hdr" }),
      path: "images/generations",
      headers,
      json: {
        prompt,
        model: "recraftv3",
        n: 1,
        style: "realistic_image",
        substyle: "hdr",
        response_format: "url",
      },
    },
    {
      title: "text-to-image in a substyle, with its family",
      job: jobOf("text-to-image", { prompt, substyle: "watercolor", model: "v2" }),
      path: "images/generations",
      headers,
      json: {
        prompt,
        model: "recraftv2",
        n: 1,
        style: "digital_illustration",
        substyle: "watercolor",
        response_format: "url",
      },
    },
    {
      title: "text-to-image without something, by the model that can",
      job: jobOf("text-to-image", { prompt, negative_prompt: "people" }),
      path: "images/generations",
      headers,
      json: { prompt, model: "recraftv3", n: 1, negative_prompt: "people", response_format: "url" },
    },
    {
      title: "text-to-image in a preset that the vendor has too",
      job: { ...jobOf("text-to-image", { prompt, style: "clay" }), prompt: `${prompt}, modelled in clay` },
      path: "images/generations",
      headers,
      json: {
        prompt,
        model: "recraftv3",
        n: 1,
        style: "digital_illustration",
        substyle: "handmade_3d",
        response_format: "url",
      },
    },
    {
      title: "text-to-image in a preset that is words, by a model without styles",
      job: {
        ...jobOf("text-to-image", { prompt, style: "clay", model: "v4" }),
        prompt: `${prompt}, modelled in clay`,
      },
      path: "images/generations",
      headers,
      json: { prompt: `${prompt}, modelled in clay`, model: "recraftv4", n: 1, response_format: "url" },
    },
    {
      title: "image-to-image",
      job: jobOf("image-to-image", { prompt, n: 2 }, { files: [image], outputs: 2 }),
      path: "images/imageToImage",
      headers,
      form: [["prompt", prompt], ["model", "recraftv4_1"], ["n", "2"], ["strength", "0.5"], url, sentImage],
    },
    {
      title: "image-to-image without something",
      job: jobOf("image-to-image", { prompt, strength: 0, negative_prompt: "people" }, { files: [image] }),
      path: "images/imageToImage",
      headers,
      form: [...older, ["strength", "0"], ["negative_prompt", "people"], url, sentImage],
    },
    {
      title: "outpaint by margins",
      job: jobOf("outpaint", { prompt, expand_left: 100, expand_top: 0 }, { files: [image] }),
      path: "images/outpaint",
      headers,
      form: [...older, ["expand_left", "100"], ["expand_top", "0"], url, sentImage],
    },
    {
      title: "outpaint to a size",
      job: jobOf("outpaint", { prompt, size: "1707x1024", zoom_out_percentage: 12.5 }, { files: [image] }),
      path: "images/outpaint",
      headers,
      form: [...older, ["zoom_out_percentage", "12.5"], ["size", "1707x1024"], url, sentImage],
    },
    {
      title: "replace-background",
      job: jobOf("replace-background", { prompt, image_format: "png" }, { files: [image] }),
      path: "images/replaceBackground",
      headers,
      form: [...older, ["image_format", "png"], url, sentImage],
    },
    {
      title: "remove-background",
      job: jobOf("remove-background", {}, { files: [image] }),
      path: "images/removeBackground",
      headers,
      form: [url, sentFile],
    },
    {
      title: "vectorize",
      job: jobOf("vectorize", {}, { files: [image] }),
      path: "images/vectorize",
      headers,
      form: [url, sentFile],
    },
    {
      title: "upscale, without its prompt",
      job: jobOf("upscale", { prompt, image_format: "png" }, { files: [image] }),
      path: "images/crispUpscale",
      headers,
      form: [["image_format", "png"], url, sentFile],
    },
    {
      title: "upscale that invents",
      job: jobOf("upscale", { mode: "creative" }, { files: [image] }),
      path: "images/creativeUpscale",
      headers,
      form: [url, sentFile],
    },
  ],
  job: jobOf("text-to-image", { prompt, n: 2 }, { outputs: 2 }),
  accepted: "v4_1.two-pictures",
  submitFailures: {
    "error.moderated": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.moderated-nested": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.image-type": { code: "provider_failed", outcome: "refused", operator: true },
    "error.wrong-key": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.no-credit": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.no-credit-plain": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 5_000 },
    "error.too-large": { code: "asset_unusable", outcome: "refused" },
    "error.server": { code: "submission_unknown", outcome: "unknown" },
    "vectorize.drawing": { code: "submission_unknown", outcome: "unknown" },
  },
  nonsense: [
    {},
    { created: 1, credits: 35 },
    { created: 1, credits: 35, data: [] },
    { data: null },
    { data: "soon" },
    { data: [{}] },
    { data: [null] },
    { data: [{ url: 42 }] },
    { data: [{ url: "/images/a.png" }] },
    { data: [{ url: "file:///etc/passwd" }] },
    { data: [{ b64_json: "UklGRg==" }] },
    { image: { url: "https://img.example.com/not-a-list" } },
    { code: "internal", message: "CANARY" },
  ],
};

/** Edits by mask, as a form whose mask was painted here. */
export const recraftEditCases: VendorCases = {
  vendor: "recraft, with masks",
  folder: "recraft",
  create: recraft,
  requests: [
    {
      title: "image-inpaint",
      job: jobOf("image-inpaint", { prompt, style: "any", n: 2 }, { files: [image, mask], outputs: 2 }),
      path: "images/inpaint",
      headers,
      form: [
        ["prompt", prompt],
        ["model", "recraftv3"],
        ["n", "2"],
        ["style", "any"],
        url,
        sentImage,
        sentMask,
      ],
    },
    {
      title: "generate-background",
      job: jobOf("generate-background", { prompt, random_seed: 5 }, { files: [image, mask] }),
      path: "images/generateBackground",
      headers,
      form: [...older, ["random_seed", "5"], url, sentImage, sentMask],
    },
    {
      title: "erase, with nothing but its files",
      job: jobOf("erase", {}, { files: [image, mask] }),
      path: "images/eraseRegion",
      headers,
      form: [sentImage, sentMask],
    },
  ],
  job: jobOf("erase", {}, { files: [image, mask] }),
  accepted: "vectorize.drawing",
  submitFailures: {
    "v4_1.two-pictures": { code: "submission_unknown", outcome: "unknown" },
  },
  nonsense: [{}, { image: null }, { image: "soon" }, { image: { image_id: "a" } }, { image: { url: "" } }],
};
