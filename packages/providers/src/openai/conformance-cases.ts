import { encode } from "fast-png";
import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, fileOfBytes, jobOf, secrets } from "../conformance/cases.ts";
import { encodePng } from "../shared/encode-png.ts";
import { openai } from "./index.ts";

const { prompt } = secrets;
const headers = { "x-client-request-id": "ref-7f3a" };
const field = "input_image_asset_url";
const refusedInput = {
  code: "content_rejected",
  outcome: "refused",
  details: { stage: "input" },
} as const;

/** Black, dark grey, light grey, white: the two darker ones are kept. */
const mask = fileOfBytes(
  "input_mask_asset_url",
  encode({ width: 4, height: 1, data: Uint8Array.of(0, 127, 128, 255), channels: 1 }),
);
const alpha = [255, 255, 0, 0];
const samples = Uint8Array.from(alpha.flatMap((opacity) => [0, 0, 0, opacity]));
const transparent = encodePng({ width: 4, height: 1, channels: 4, samples });

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
    {
      title: "image-inpaint, with what is white made transparent",
      job: jobOf("image-inpaint", { prompt, size: "1024x1024" }, { files: [fileOf(field, "one"), mask] }),
      path: "images/edits",
      headers,
      form: [
        ["model", "gpt-image-2.5-flare"],
        ["prompt", prompt],
        ["n", "1"],
        ["size", "1024x1024"],
        ["safety_identifier", "user-5c1e"],
        ["image", "image/png input-0.png one"],
        ["mask", `image/png mask.png ${new TextDecoder().decode(transparent)}`],
      ],
    },
  ],
  job: jobOf("text-to-image", { prompt, n: 2 }, { outputs: 2 }),
  accepted: "gpt-image-2.5-flare.two-pictures",
  large: { contentType: "application/json", before: '{"data":[{"b64_json":"', after: '"}]}' },
  submitFailures: {
    "gpt-image-2.5-flare.moderated-input": refusedInput,
    "gpt-image-2.5-flare.moderated-plain": refusedInput,
    "gpt-image-2.5-flare.moderated-in-200": {
      code: "content_rejected",
      outcome: "refused",
      details: { stage: "output" },
    },
    "dall-e.content-policy": refusedInput,
    "gpt-image-2.5-flare.invalid-size": {
      code: "validation_failed",
      outcome: "refused",
      details: { field: "size" },
    },
    "gpt-image-2.5-flare.unknown-parameter": { code: "provider_failed", outcome: "refused" },
    "gpt-image-2.5-flare.invalid-image": { code: "asset_unusable", outcome: "refused" },
    "gpt-image-2.5-flare.invalid-mask": { code: "asset_unusable", outcome: "refused" },
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

const unknown = { code: "submission_unknown", outcome: "unknown" } as const;
const refusedOutput = { ...refusedInput, details: { stage: "output" } } as const;

/** The same vendor, showing its unfinished pictures. */
export const openaiStreamCases: VendorCases = {
  ...openaiCases,
  vendor: "openai, streaming",
  create: (settings) => openai({ ...settings, partialImages: 2 }),
  requests: [
    {
      title: "text-to-image as a stream",
      job: jobOf("text-to-image", { prompt }),
      path: "images/generations",
      headers,
      json: {
        model: "gpt-image-2.5-flare",
        prompt,
        n: 1,
        safety_identifier: "user-5c1e",
        stream: true,
        partial_images: 2,
      },
    },
    {
      title: "image-to-image as a stream",
      job: jobOf("image-to-image", { prompt }, { files: [fileOf(field, "a picture")] }),
      path: "images/edits",
      headers,
      form: [
        ["model", "gpt-image-2.5-flare"],
        ["prompt", prompt],
        ["n", "1"],
        ["safety_identifier", "user-5c1e"],
        ["stream", "true"],
        ["partial_images", "2"],
        ["image", "image/png input-0.png a picture"],
      ],
    },
    {
      title: "several pictures without a stream, whose events would not say which is which",
      job: jobOf("text-to-image", { prompt, n: 2 }, { outputs: 2 }),
      path: "images/generations",
      headers,
      json: { model: "gpt-image-2.5-flare", prompt, n: 2, safety_identifier: "user-5c1e" },
    },
  ],
  job: jobOf("text-to-image", { prompt }),
  accepted: "stream.completed",
  large: {
    contentType: "text/event-stream",
    before: 'event: image_generation.completed\ndata: {"b64_json":"',
    after: '"}\n\n',
  },
  submitFailures: {
    "stream.ended": unknown,
    "stream.done-only": unknown,
    "stream.cut": unknown,
    "stream.cut-behind": unknown,
    "stream.empty-picture": unknown,
    "stream.nameless": unknown,
    "stream.server-error": unknown,
    "stream.garbled-error": unknown,
    "stream.rate-limited-late": unknown,
    "stream.moderated-input": refusedInput,
    "stream.moderated-output": refusedOutput,
    "stream.moderated-late": refusedOutput,
    "stream.moderated-plain": refusedInput,
    "stream.error-member": refusedInput,
    "stream.flat-error": refusedInput,
    "stream.no-credit": { code: "provider_unavailable", outcome: "refused", operator: true },
    "stream.retired": { code: "provider_unavailable", outcome: "refused", operator: true },
    "stream.rate-limited": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 5_000 },
    "stream.invalid-size": { code: "validation_failed", outcome: "refused", details: { field: "size" } },
    "gpt-image-2.5-flare.moderated-input": refusedInput,
    "account.invalid-key": { code: "provider_unavailable", outcome: "refused", operator: true },
  },
};
