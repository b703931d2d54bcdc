import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { openai } from "./index.ts";

const { prompt } = secrets;
const headers = { "x-client-request-id": "ref-7f3a" };
const field = "input_image_asset_url";

export const openaiCases: VendorCases = {
  vendor: "openai",
  folder: "openai",
  create: openai,
  requests: [
    {
      title: "text-to-image with nothing chosen",
      job: jobOf("text-to-image", { prompt }),
      path: "images/generations",
      headers,
      json: { model: "gpt-image-2.5-flare", prompt, n: 1, safety_identifier: "user-5c1e" },
    },
    {
      title: "text-to-image with everything chosen",
      job: jobOf(
        "text-to-image",
        {
          prompt,
          style: "clay",
          n: 3,
          size: "1536x1024",
          quality: "high",
          background: "transparent",
          provider: "openai",
        },
        { outputs: 3 },
      ),
      path: "images/generations",
      headers,
      json: {
        model: "gpt-image-2.5-flare",
        prompt,
        n: 3,
        size: "1536x1024",
        quality: "high",
        background: "transparent",
        safety_identifier: "user-5c1e",
      },
    },
    {
      title: "image-to-image",
      job: jobOf(
        "image-to-image",
        { prompt, n: 2, quality: "low", [field]: "a1" },
        { outputs: 2, files: [fileOf(field, "a picture", "image/jpeg")] },
      ),
      path: "images/edits",
      headers,
      form: [
        ["model", "gpt-image-2.5-flare"],
        ["prompt", prompt],
        ["n", "2"],
        ["quality", "low"],
        ["safety_identifier", "user-5c1e"],
        ["image", "image/jpeg input-0.jpg a picture"],
      ],
    },
    {
      title: "image-to-image from several pictures",
      job: jobOf("image-to-image", { prompt }, { files: [fileOf(field, "one"), fileOf(field, "two")] }),
      path: "images/edits",
      headers,
      form: [
        ["model", "gpt-image-2.5-flare"],
        ["prompt", prompt],
        ["n", "1"],
        ["safety_identifier", "user-5c1e"],
        ["image[]", "image/png input-0.png one"],
        ["image[]", "image/png input-1.png two"],
      ],
    },
  ],
  job: jobOf("text-to-image", { prompt, n: 2 }, { outputs: 2 }),
  accepted: "gpt-image-2.5-flare.two-pictures",
  submitFailures: {
    "gpt-image-2.5-flare.moderated-input": {
      code: "content_rejected",
      outcome: "refused",
      details: { stage: "input" },
    },
    "gpt-image-2.5-flare.moderated-plain": { code: "content_rejected", outcome: "refused" },
    "gpt-image-2.5-flare.moderated-in-200": { code: "content_rejected", outcome: "refused" },
    "dall-e.content-policy": { code: "content_rejected", outcome: "refused" },
    "gpt-image-2.5-flare.invalid-size": {
      code: "validation_failed",
      outcome: "refused",
      details: { field: "size" },
    },
    "gpt-image-2.5-flare.unknown-parameter": { code: "provider_failed", outcome: "refused", operator: true },
    "gpt-image-2.5-flare.invalid-image": { code: "asset_unusable", outcome: "refused" },
    "account.invalid-key": { code: "provider_unavailable", outcome: "refused", operator: true },
    "account.unverified": { code: "provider_unavailable", outcome: "refused", operator: true },
    "account.no-credit": { code: "provider_unavailable", outcome: "refused", operator: true },
    "account.rate-limited": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 7_000 },
    "dall-e.retired": { code: "provider_unavailable", outcome: "refused", operator: true },
    "gpt-image-2.5-flare.server-error": { code: "submission_unknown", outcome: "unknown" },
  },
  nonsense: [
    {},
    { created: 1 },
    { created: 1, data: [] },
    { created: 1, data: null },
    { created: 1, data: "soon" },
    { created: 1, data: [{}] },
    { created: 1, data: [{ b64_json: null }] },
    { created: 1, data: [{ b64_json: 42 }] },
    { created: 1, data: [{ b64_json: ["AAAA"] }] },
    { created: 1, data: [{ b64_json: "not base64!" }] },
    { created: 1, data: [{ b64_json: "QUJD=QUJD" }] },
    { created: 1, data: [{ b64_json: "QUJDR" }] },
    { created: 1, data: { b64_json: "QUJD" } },
    { data: [{ url: "https://elsewhere.example.com/a.png" }] },
    { error: { code: "server_error", message: "CANARY" } },
  ],
};
