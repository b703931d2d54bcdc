import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { gemini } from "./index.ts";

const { prompt } = secrets;
const field = "input_image_asset_url";
const path = "models/gemini-nano-banana-2.1:generateContent";
const headers = { "content-type": "application/json" };
const rejectedInput = { code: "content_rejected", outcome: "refused", details: { stage: "input" } } as const;
const rejectedOutput = { code: "content_rejected", outcome: "failed", details: { stage: "output" } } as const;
const failed = { code: "provider_failed", outcome: "failed" } as const;
const operator = { code: "provider_unavailable", outcome: "refused", operator: true } as const;

export const geminiCases: VendorCases = {
  vendor: "gemini",
  folder: "gemini",
  create: gemini,
  auth: ["x-goog-api-key", secrets.key],
  requests: [
    {
      title: "text-to-image with nothing chosen",
      job: jobOf("text-to-image", { prompt }),
      path,
      headers,
      json: {
        contents: [{ role: "user", parts: [{ text: prompt }] }],
        generationConfig: { responseModalities: ["IMAGE"] },
      },
    },
    {
      title: "text-to-image with everything chosen",
      job: jobOf("text-to-image", { prompt, style: "clay", aspect_ratio: "21:9", image_size: "4K" }),
      path,
      headers,
      json: {
        contents: [{ role: "user", parts: [{ text: prompt }] }],
        generationConfig: {
          responseModalities: ["IMAGE"],
          imageConfig: { aspectRatio: "21:9", imageSize: "4K" },
        },
      },
    },
    {
      title: "image-to-image from several pictures",
      job: jobOf(
        "image-to-image",
        { prompt, aspect_ratio: "1:1" },
        { files: [fileOf(field, "one", "image/jpeg"), fileOf(field, "zwei")] },
      ),
      path,
      headers,
      json: {
        contents: [
          {
            role: "user",
            parts: [
              { text: prompt },
              { inlineData: { mimeType: "image/jpeg", data: "b25l" } },
              { inlineData: { mimeType: "image/png", data: "endlaQ==" } },
            ],
          },
        ],
        generationConfig: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "1:1" } },
      },
    },
  ],
  job: jobOf("text-to-image", { prompt }),
  accepted: "nano-banana.picture",
  large: {
    contentType: "application/json",
    before: '{"candidates":[{"content":{"parts":[{"inlineData":{"data":"',
    after: '"}}]},"finishReason":"STOP"}]}',
  },
  submitFailures: {
    "nano-banana.prompt-blocked": rejectedInput,
    "nano-banana.picture-blocked": rejectedOutput,
    "nano-banana.recitation": rejectedOutput,
    "nano-banana.picture-with-refusal": rejectedOutput,
    "nano-banana.words-only": failed,
    "nano-banana.no-image": failed,
    "nano-banana.thought-only": failed,
    "nano-banana.reason-of-tomorrow": failed,
    "error.invalid-argument": { code: "provider_failed", outcome: "refused" },
    "error.invalid-key": operator,
    "error.region": operator,
    "error.permission": operator,
    "error.model-gone": operator,
    "error.per-minute": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 31_400 },
    "error.per-day": operator,
    "error.no-quota": operator,
    "error.limit-in-words": operator,
    "error.rate-without-details": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 5_000 },
    "error.deadline": { code: "submission_unknown", outcome: "unknown" },
  },
  nonsense: [
    {},
    { candidates: null },
    { candidates: [] },
    { candidates: [{}] },
    { candidates: [{ content: { parts: [] } }] },
    { candidates: [{ content: { parts: [{ text: "CANARY" }] } }] },
    { candidates: [{ content: { parts: [{ inlineData: { data: 42 } }] }, finishReason: "STOP" }] },
    { candidates: [{ content: { parts: [{ inlineData: {} }] }, finishReason: "STOP" }] },
    { candidates: [{ content: { parts: [{ inlineData: { data: "not base64!" } }] }, finishReason: "STOP" }] },
    { candidates: [{ content: { parts: [{ inlineData: { data: "QUJDR" } }] }, finishReason: "STOP" }] },
    { promptFeedback: {} },
    { usageMetadata: { totalTokenCount: 9 } },
    { error: { code: 500, status: "INTERNAL", message: "CANARY" } },
  ],
};
