import * as z from "zod";
import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { replicate } from "./index.ts";

const { prompt } = secrets;
const headers = { "x-request-id": "ref-7f3a" };
const photo = fileOf("input_image_asset_url", "a photo");
const address = "https://api.replicate.com/v1/files/f1";
const refused = { code: "provider_unavailable", outcome: "refused", operator: true } as const;
const failed = { code: "provider_failed", outcome: "failed" } as const;
const later = { code: "provider_unavailable", outcome: "not_sent" } as const;
const running = { state: "running", pollAfterMs: 2_000 };
const delivered = (name: string) => `https://replicate.delivery/xezq/a/out-${name}`;
const cost = { unit: "seconds", amount: 1.3 };

export const replicateCases: VendorCases = {
  vendor: "replicate",
  folder: "replicate",
  create: (settings) =>
    replicate("black-forest-labs/flux-schnell", {
      ...settings,
      offers: {
        "image-to-image": {
          parameters: z.strictObject({ seed: z.int().optional() }),
          outputs: () => 2,
          input: (job) => ({ prompt: job.prompt, image: job.files[0]?.url, seed: job.parameters.seed }),
        },
        "text-to-image": { parameters: z.strictObject({}), input: (job) => ({ prompt: job.prompt }) },
      },
    }),
  requests: [
    {
      title: "text-to-image, and no address for webhooks where there is none",
      job: jobOf("text-to-image", { prompt }),
      path: "models/black-forest-labs/flux-schnell/predictions",
      headers,
      json: { input: { prompt } },
    },
    {
      title: "image-to-image with its file's address and a webhook that names the operation",
      job: jobOf(
        "image-to-image",
        { prompt, seed: 7, input_image_asset_url: "a1" },
        { files: [photo], outputs: 2, webhookUrl: "https://api.example.com/webhooks/replicate/s3cr3t" },
      ),
      path: "models/black-forest-labs/flux-schnell/predictions",
      headers,
      json: {
        input: { prompt, image: address, seed: 7 },
        webhook: "https://api.example.com/webhooks/replicate/s3cr3t?operation=image-to-image",
        webhook_events_filter: ["completed"],
      },
    },
  ],
  job: jobOf("image-to-image", { prompt }, { files: [photo], outputs: 2 }),
  accepted: "prediction.created",
  uploaded: "file.uploaded",
  submitFailures: {
    "error.wrong-key": refused,
    "error.no-credit": refused,
    "error.no-access": refused,
    "error.no-model": refused,
    "error.invalid-version": { code: "provider_failed", outcome: "refused" },
    "error.throttled": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 30_000 },
    "error.throttled-header": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 7_000 },
    "error.server": { code: "submission_unknown", outcome: "unknown" },
  },
  uploadFailures: {
    "error.wrong-key": refused,
    "error.throttled": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 30_000 },
    "error.server": later,
    "file.no-address": later,
  },
  nonsense: [
    {},
    { status: "starting" },
    { id: null, status: "starting" },
    { id: "", status: "starting" },
    { id: 7, status: "starting" },
    { detail: "CANARY" },
  ],
  states: {
    "prediction.starting": { ...running, stage: "Waiting for its turn" },
    "prediction.processing": { ...running, stage: "Working on it" },
    "prediction.pondering": running,
    "output.string": {
      state: "done",
      outputs: [{ index: 0, source: { url: delivered("0.webp") } }],
      cost,
    },
    "output.list": {
      state: "done",
      outputs: [
        { index: 0, source: { url: delivered("0.webp") } },
        { index: 1, source: { url: delivered("1.webp") } },
      ],
      cost,
    },
    "output.object": {
      state: "done",
      outputs: [{ index: 0, source: { url: delivered("model.glb") } }],
      cost,
    },
    "output.no-metrics": { state: "done", outputs: [{ index: 0, source: { url: delivered("0.webp") } }] },
  },
  newStatus: { fixture: "prediction.pondering", word: "pondering" },
  stateFailures: {
    "output.none": failed,
    "output.empty-list": failed,
    // Something was paid for: it is asked for again until the offer's `result` finds it.
    "output.words": { code: "provider_failed", outcome: "not_sent", operator: true },
    "output.removed": { code: "output_unavailable", outcome: "failed" },
    "failed.nsfw": { code: "content_rejected", outcome: "failed", details: { stage: "output" } },
    "failed.prompt": { code: "content_rejected", outcome: "failed", details: { stage: "input" } },
    "failed.plain": failed,
    "failed.object": failed,
    "failed.silent": failed,
    "prediction.canceled": { code: "cancelled", outcome: "failed" },
    "prediction.aborted": { code: "provider_timeout", outcome: "failed" },
    "error.wrong-key": { ...later, operator: true },
    "error.throttled": { ...later, retryAfterMs: 30_000 },
    "error.server": later,
    "file.uploaded": later,
  },
};
