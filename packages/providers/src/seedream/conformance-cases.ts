import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { seedream } from "./index.ts";

const { prompt } = secrets;
const field = "input_image_asset_url";
const path = "images/generations";
const headers = { "content-type": "application/json" };
const model = "seedream-4-5-251128";
const usual = { model, prompt, response_format: "url", watermark: false };
const rejected = { code: "content_rejected", outcome: "refused" } as const;
const operator = { code: "provider_unavailable", outcome: "refused", operator: true } as const;
const unknown = { code: "submission_unknown", outcome: "unknown" } as const;

export const seedreamCases: VendorCases = {
  vendor: "seedream",
  folder: "seedream",
  create: seedream,
  defaultRetryMs: 2_000,
  requests: [
    {
      title: "text-to-image with nothing chosen",
      job: jobOf("text-to-image", { prompt }),
      path,
      headers,
      json: usual,
    },
    {
      title: "text-to-image with everything chosen",
      job: jobOf("text-to-image", {
        prompt,
        style: "clay",
        size: "2848x1600",
        output_format: "png",
        background: "transparent",
        prompt_optimization: "fast",
      }),
      path,
      headers,
      json: {
        ...usual,
        size: "2848x1600",
        output_format: "png",
        background: "transparent",
        optimize_prompt_options: { mode: "fast" },
      },
    },
    {
      title: "text-to-image as a series",
      job: jobOf("text-to-image", { prompt, n: 3, size: "4K" }, { outputs: 3 }),
      path,
      headers,
      json: {
        ...usual,
        prompt: `${prompt}\n\nMake a series of 3 pictures.`,
        size: "4K",
        sequential_image_generation: "auto",
        sequential_image_generation_options: { max_images: 3 },
        stream: true,
      },
    },
    {
      title: "image-to-image",
      job: jobOf(
        "image-to-image",
        { prompt, [field]: "a1" },
        { files: [fileOf(field, "one", "image/jpeg")] },
      ),
      path,
      headers,
      json: { ...usual, image: "data:image/jpeg;base64,b25l" },
    },
    {
      title: "image-to-image from several pictures",
      job: jobOf("image-to-image", { prompt }, { files: [fileOf(field, "one"), fileOf(field, "zwei")] }),
      path,
      headers,
      json: { ...usual, image: ["data:image/png;base64,b25l", "data:image/png;base64,endlaQ=="] },
    },
  ],
  job: jobOf("text-to-image", { prompt }),
  accepted: "4-5.picture",
  submitFailures: {
    "4-5.rejected-in-200": { code: "content_rejected", outcome: "failed", details: { stage: "output" } },
    "4-5.failed-in-200": { code: "provider_failed", outcome: "failed" },
    "4-5.overdue-in-200": operator,
    "error.input-text": { ...rejected, details: { stage: "input" } },
    "error.input-image": { ...rejected, details: { stage: "input" } },
    "error.output-image": { ...rejected, details: { stage: "output" } },
    "error.input-risk": { ...rejected, details: { stage: "input" } },
    "error.violence": { ...rejected, details: { stage: "input" } },
    "error.size": { code: "validation_failed", outcome: "refused", details: { field: "size" } },
    "error.max-images": { code: "validation_failed", outcome: "refused", details: { field: "n" } },
    "error.image": { code: "asset_unusable", outcome: "refused" },
    "error.missing": { code: "provider_failed", outcome: "refused" },
    "error.wrong-key": operator,
    "error.overdue": operator,
    "error.model-not-open": operator,
    "error.closed-endpoint": operator,
    "error.spending-limit": operator,
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 2_000 },
    "error.overloaded": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 9_000 },
    "error.server": unknown,
  },
  nonsense: [
    {},
    { data: null },
    { data: [] },
    { data: [{}] },
    { data: [null] },
    { data: [{ url: 42 }] },
    { data: [{ url: "" }] },
    { data: [{ url: "/relative.jpeg" }] },
    { data: [{ url: "file:///etc/passwd" }] },
    { data: { url: "https://elsewhere.example.com/a.jpeg" } },
    { data: [{ b64_json: "QUJD" }], usage: { generated_images: 1 } },
    { created: 1, usage: { generated_images: 1 } },
    { error: {} },
    { error: { code: "OfTomorrow", message: "CANARY" } },
    { error: { code: "InternalServiceError", message: "CANARY" } },
  ],
};
