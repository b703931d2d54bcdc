import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { fileRequests, jobRequests } from "./conformance-requests.ts";
import { stability } from "./index.ts";

const { prompt } = secrets;
const image = fileOf("input_image_asset_url", "a picture", "image/jpeg");

export const stabilityCases: VendorCases = {
  vendor: "stability",
  folder: "stability",
  create: stability,
  defaultRetryMs: 60_000,
  requests: fileRequests,
  job: jobOf("image-to-image", { prompt }, { files: [image] }),
  accepted: "core.picture",
  large: { contentType: "image/png", before: Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), after: "" },
  submitFailures: {
    "core.filtered": { code: "content_rejected", outcome: "failed", details: { stage: "output" } },
    "error.moderated": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.public-figure": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.language": { code: "validation_failed", outcome: "refused", details: { field: "prompt" } },
    "error.field": { code: "validation_failed", outcome: "refused", details: { field: "aspect_ratio" } },
    "error.background": { code: "validation_failed", outcome: "refused", details: { field: "prompt" } },
    "error.unknown-field": { code: "provider_failed", outcome: "refused" },
    "error.picture": { code: "asset_unusable", outcome: "refused" },
    "error.subject": { code: "asset_unusable", outcome: "refused" },
    "error.too-large": { code: "asset_unusable", outcome: "refused" },
    "error.no-credit": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.wrong-key": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.gateway": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 60_000 },
    "error.server": { code: "submission_unknown", outcome: "unknown" },
  },
  nonsense: [
    {},
    { id: "a job, where a picture was asked for" },
    { image: "iVBORw0KGgo=", seed: 1 },
    { errors: [] },
  ],
};

const running = { state: "running", pollAfterMs: 10_000, stage: "Painting the picture" };
const done = { state: "done", cost: { unit: "credits", amount: 8 } };
const text = new TextDecoder().decode(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==",
    "base64",
  ),
);
const lost = { code: "provider_unavailable", outcome: "not_sent" } as const;

/** The two operations that are jobs. */
export const stabilityJobCases: VendorCases = {
  vendor: "stability, where it works for longer",
  folder: "stability",
  create: stability,
  defaultRetryMs: 60_000,
  requests: jobRequests,
  job: jobOf("replace-background", { prompt }, { files: [image] }),
  accepted: "job.taken",
  submitFailures: {
    "error.moderated": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "core.picture": { code: "submission_unknown", outcome: "unknown" },
  },
  nonsense: [
    {},
    { id: "" },
    { id: 12 },
    { id: null },
    { data: { id: "a" } },
    { id: "a", errors: ["CANARY"] },
  ],
  states: {
    "job.in-progress": running,
    "job.pondering": { state: "running", pollAfterMs: 10_000 },
    "job.silent": { state: "running", pollAfterMs: 10_000 },
    "core.picture": { ...done, outputs: [{ index: 0, source: { text }, metadata: { seed: 343_940_597 } }] },
    "core.untyped": { ...done, outputs: [{ index: 0, source: { text } }] },
  },
  newStatus: { fixture: "job.pondering", word: "pondering" },
  stateFailures: {
    "core.filtered": { code: "content_rejected", outcome: "failed", details: { stage: "output" } },
    "error.moderated": { code: "content_rejected", outcome: "failed", details: { stage: "input" } },
    "error.public-figure": { code: "content_rejected", outcome: "failed", details: { stage: "input" } },
    "error.language": { code: "validation_failed", outcome: "failed", details: { field: "prompt" } },
    "error.unknown-field": { code: "provider_failed", outcome: "failed" },
    "error.server": lost,
    "error.gateway": { ...lost, operator: true },
    "error.wrong-key": { ...lost, operator: true },
    "error.no-credit": { ...lost, operator: true },
    "error.rate": { ...lost, retryAfterMs: 60_000 },
    "job.empty": lost,
  },
};
