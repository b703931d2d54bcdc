import * as z from "zod";
import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { fal } from "./index.ts";

const { prompt } = secrets;
const headers = { "x-request-id": "ref-7f3a" };
const photo = fileOf("input_image_asset_url", "a photo");
const refused = { code: "provider_unavailable", outcome: "refused", operator: true } as const;
const failed = { code: "provider_failed", outcome: "failed" } as const;
const later = { code: "provider_unavailable", outcome: "not_sent" } as const;
const running = { state: "running", pollAfterMs: 2_000 };
const picture = (index: number) => `https://v3.fal.media/files/a/out-${index}.png`;
const cost = { unit: "seconds", amount: 1.9 };

export const falCases: VendorCases = {
  vendor: "fal",
  folder: "fal",
  create: (settings) =>
    fal("fal-ai/flux/dev", {
      ...settings,
      restUrl: settings.baseUrl,
      offers: {
        "image-to-image": {
          parameters: z.strictObject({ seed: z.int().optional(), n: z.int().min(1).max(4).optional() }),
          outputs: (input) => Number(input.n ?? 1),
          input: (job) => ({
            prompt: job.prompt,
            image_url: job.files[0]?.url,
            num_images: job.outputs,
            seed: job.parameters.seed,
          }),
        },
        "text-to-image": {
          parameters: z.strictObject({}),
          input: (job) => ({ prompt: job.prompt, num_images: 1 }),
        },
      },
    }),
  auth: ["authorization", `Key ${secrets.key}`],
  requests: [
    {
      title: "text-to-image, and no address for webhooks where there is none",
      job: jobOf("text-to-image", { prompt }),
      path: "fal-ai/flux/dev",
      headers,
      json: { prompt, num_images: 1 },
    },
    {
      title: "image-to-image with its file's address and a webhook that names the operation",
      job: jobOf(
        "image-to-image",
        { prompt, seed: 7, n: 2, input_image_asset_url: "a1" },
        { files: [photo], outputs: 2, webhookUrl: "https://api.example.com/webhooks/fal/s3cr3t" },
      ),
      path: `fal-ai/flux/dev?fal_webhook=${encodeURIComponent(
        "https://api.example.com/webhooks/fal/s3cr3t?operation=image-to-image",
      )}`,
      headers,
      json: { prompt, image_url: "https://v3.fal.media/files/a/input-0.png", num_images: 2, seed: 7 },
    },
  ],
  job: jobOf("image-to-image", { prompt, n: 2 }, { files: [photo], outputs: 2 }),
  accepted: "queue.submitted",
  uploaded: "storage.initiated",
  uploadPaths: ["storage/upload/initiate?storage_type=fal-cdn-v3", "put-here?signature=SECRET"],
  keylessPaths: ["put-here?signature=SECRET"],
  submitFailures: {
    "error.wrong-key": refused,
    "error.locked": refused,
    "error.no-credit": refused,
    "error.no-app": refused,
    "error.policy": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.our-field": { code: "validation_failed", outcome: "refused", details: { field: "seed" } },
    "error.its-field": { code: "provider_failed", outcome: "refused" },
    "error.bad-file": { code: "asset_unusable", outcome: "refused" },
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 7_000 },
    "error.server": { code: "submission_unknown", outcome: "unknown" },
  },
  uploadFailures: {
    "error.wrong-key": refused,
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 7_000 },
    "error.server": later,
    "queue.submitted": later,
    "storage.nowhere": later,
    "storage.plain-http": later,
  },
  nonsense: [
    {},
    { status: "IN_QUEUE" },
    { status: "IN_QUEUE", request_id: null },
    { status: "IN_QUEUE", request_id: "" },
    { status: "IN_QUEUE", request_id: 7 },
    { request_id: ["a"] },
    { detail: "CANARY" },
  ],
  states: {
    "queue.in-queue": { ...running, stage: "Waiting for its turn" },
    "queue.in-progress": { ...running, stage: "Working on it" },
    "queue.pondering": running,
    "flux.two-pictures": {
      state: "done",
      outputs: [
        { index: 0, source: { url: picture(0) } },
        { index: 1, source: { url: picture(1) } },
      ],
      cost,
    },
    "flux.one-of-two": {
      state: "done",
      outputs: [{ index: 1, source: { url: picture(1) } }],
      failures: [{ index: 0, code: "content_rejected" }],
      cost,
    },
    "tripo.mesh": {
      state: "done",
      outputs: [{ index: 0, source: { url: "https://v3.fal.media/files/a/model.glb" } }],
    },
  },
  newStatus: { fixture: "queue.pondering", word: "PONDERING" },
  stateFailures: {
    "flux.all-blackened": { code: "content_rejected", outcome: "failed", details: { stage: "output" } },
    "flux.empty": failed,
    // Something was paid for: it is asked for again until the offer's `result` finds it.
    "flux.strange": { code: "provider_failed", outcome: "not_sent", operator: true },
    "result.policy-prompt": { code: "content_rejected", outcome: "failed", details: { stage: "input" } },
    "result.policy-output": { code: "content_rejected", outcome: "failed", details: { stage: "output" } },
    "result.no-media": failed,
    "result.generation-timeout": { code: "provider_timeout", outcome: "failed" },
    "result.image-too-small": { code: "asset_unusable", outcome: "failed" },
    "result.our-field": { code: "validation_failed", outcome: "failed", details: { field: "seed" } },
    "result.its-field": failed,
    "result.runner": failed,
    "result.startup-timeout": { code: "provider_timeout", outcome: "failed" },
    "result.cancelled": { code: "cancelled", outcome: "failed" },
    "result.text-422": failed,
    "result.told": failed,
    "result.proxy-502": later,
    "result.wrong-key": { ...later, operator: true },
    "result.rate": { ...later, retryAfterMs: 12_000 },
    "error.wrong-key": { ...later, operator: true },
    "error.server": later,
    "storage.initiated": later,
  },
};
