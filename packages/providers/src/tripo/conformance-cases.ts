import type { VendorCases } from "../conformance/cases.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { tripo } from "./index.ts";

const { prompt } = secrets;
const headers = { "x-request-id": "ref-7f3a" };
const model = "v3.1-20260211";
const views = "input_image_asset_urls";
const view = fileOf(views, "a view");
const draft = {
  field: "draft_generation_id",
  generationId: "5b0d3c1e-1b5c-4a4e-9a51-5a1c1f0f2b77",
  operation: "text-to-model",
  job: { key: "task-1", data: { textured: true } },
};
const modelFile = fileOf("input_model_asset_url", "a model", "model/gltf-binary");
const conversion = {
  format: "OBJ",
  quad: true,
  force_symmetry: true,
  face_limit: 9_000,
  flatten_bottom: true,
  flatten_bottom_threshold: 0.02,
  texture_size: 2048,
  texture_format: "PNG",
  scale_factor: 2.5,
  pivot_to_center_bottom: true,
  with_animation: false,
  animate_in_place: true,
  pack_uv: true,
  bake: false,
  export_vertex_colors: true,
  export_orientation: "-y",
  fbx_preset: "3dsmax",
};
const running = { state: "running", pollAfterMs: 3_000 };

export const tripoCases: VendorCases = {
  vendor: "tripo",
  folder: "tripo",
  create: tripo,
  requests: [
    {
      title: "text-to-model with nothing chosen",
      job: jobOf("text-to-model", { prompt }),
      path: "generation/text-to-model",
      headers,
      json: { model, prompt },
    },
    {
      title: "text-to-model leaves out what is the default",
      job: jobOf("text-to-model", {
        prompt,
        texture: true,
        pbr: true,
        auto_size: false,
        texture_quality: "standard",
        model_version: "P1",
      }),
      path: "generation/text-to-model",
      headers,
      json: { model: "P1-20260311", prompt },
    },
    {
      title: "text-to-model with everything chosen",
      job: jobOf("text-to-model", {
        prompt,
        style: "clay",
        pbr: false,
        auto_size: true,
        texture_quality: "extreme",
        face_limit: 50_000,
      }),
      path: "generation/text-to-model",
      headers,
      json: { model, prompt, pbr: false, auto_size: true, texture_quality: "extreme", face_limit: 50_000 },
    },
    {
      title: "text-to-model without texture turns pbr off, which would bring it back",
      job: jobOf("text-to-model", { prompt, texture: false }),
      path: "generation/text-to-model",
      headers,
      json: { model, prompt, texture: false, pbr: false },
    },
    {
      title: "image-to-model from one picture, without its prompt",
      job: jobOf("image-to-model", { prompt, orientation: "align_image" }, { files: [view] }),
      path: "generation/image-to-model",
      headers,
      json: { model, input: "file_a1", orientation: "align_image" },
    },
    {
      title: "image-to-model from four views",
      job: jobOf("image-to-model", {}, { files: [view, view, view, view] }),
      path: "generation/multiview-to-model",
      headers,
      json: {
        model,
        inputs: [{ front: "file_a1" }, { left: "file_a1" }, { back: "file_a1" }, { right: "file_a1" }],
      },
    },
    {
      title: "sketch-to-model as a picture, without its prompt",
      job: jobOf(
        "sketch-to-model",
        { prompt, texture_quality: "detailed" },
        { files: [fileOf("input_sketch_asset_url", "a sketch")] },
      ),
      path: "generation/image-to-model",
      headers,
      json: { model, input: "file_a1", texture_quality: "detailed" },
    },
    {
      title: "refine-model of a model that was made here, by its own task",
      job: jobOf("refine-model", { draft_generation_id: draft.generationId }, { drafts: [draft] }),
      path: "models/texture",
      headers,
      json: { input: "task-1", model: "v3.0-20250812" },
    },
    {
      title: "refine-model of a model that was brought along, with everything chosen",
      job: jobOf(
        "refine-model",
        { prompt, pbr: false, texture_quality: "extreme", texture_seed: -7, bake: false },
        { files: [modelFile] },
      ),
      path: "models/texture",
      headers,
      json: {
        input: "import-1",
        model: "v3.0-20250812",
        texture_prompt: { text: prompt },
        pbr: false,
        texture_quality: "extreme",
        texture_seed: -7,
        bake: false,
      },
    },
    {
      title: "convert-model of a model that was made here",
      job: jobOf(
        "convert-model",
        { format: "USDZ", draft_generation_id: draft.generationId },
        { drafts: [draft] },
      ),
      path: "models/convert",
      headers,
      json: { input: "task-1", format: "USDZ" },
    },
    {
      title: "convert-model of a model that was brought along, with everything chosen",
      job: jobOf("convert-model", conversion, { files: [modelFile] }),
      path: "models/convert",
      headers,
      json: { input: "import-1", ...conversion },
    },
  ],
  job: jobOf("image-to-model", { prompt }, { files: [view] }),
  accepted: "v3.1.created",
  uploaded: "file.uploaded",
  prepared: { "models/import": "import.created", "tasks/import-1": "import.success" },
  submitFailures: {
    "error.moderated": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.moderated-in-200": { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    "error.invalid-characters": {
      code: "validation_failed",
      outcome: "refused",
      details: { field: "prompt" },
    },
    "error.invalid-parameter": { code: "provider_failed", outcome: "refused", operator: true },
    "error.deprecated-model": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.task-not-found": { code: "asset_unusable", outcome: "refused" },
    "error.source-type": { code: "asset_unusable", outcome: "refused" },
    "error.wrong-key": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.no-credit": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.concurrency": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 12_000 },
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 30_000 },
    "error.server": { code: "submission_unknown", outcome: "unknown" },
    "error.server-in-200": { code: "submission_unknown", outcome: "unknown" },
  },
  uploadFailures: {
    "error.file-type": { code: "asset_unusable", outcome: "refused" },
    "error.wrong-key": { code: "provider_unavailable", outcome: "refused", operator: true },
    "error.rate": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 30_000 },
    "error.server": { code: "provider_unavailable", outcome: "not_sent" },
    "v3.1.created": { code: "provider_unavailable", outcome: "not_sent" },
  },
  nonsense: [
    {},
    { code: 0 },
    { code: 0, data: null },
    { code: 0, data: {} },
    { code: 0, data: { task_id: 12345 } },
    { code: 0, data: { task_id: "" } },
    { code: "0", data: { task_id: "a" } },
    { task_id: "a" },
  ],
  states: {
    "v3.1.queued": { ...running, progress: 0, stage: "Waiting for its turn" },
    "v3.1.running": { ...running, progress: 31, stage: "Shaping the mesh" },
    "v3.1.running-late": { ...running, progress: 100, stage: "Wrapping the surface" },
    "v3.1.pondering": running,
    "v3.1.unknown": { ...running, progress: 12 },
    "v3.1.success": {
      state: "done",
      outputs: [{ index: 0, source: { url: "https://data.example.com/model.glb?Expires=1&Signature=s" } }],
      cost: { unit: "credits", amount: 30 },
    },
    "v2.success": {
      state: "done",
      outputs: [{ index: 0, source: { url: "https://data.example.com/pbr.glb" } }],
    },
  },
  newStatus: { fixture: "v3.1.pondering", word: "pondering" },
  stateFailures: {
    "v3.1.success-empty": { code: "provider_failed", outcome: "failed" },
    "v3.1.success-relative": { code: "provider_failed", outcome: "failed" },
    "v3.1.failed-moderated": { code: "content_rejected", outcome: "failed" },
    "v3.1.failed-complex": { code: "provider_failed", outcome: "failed" },
    "v3.1.failed-plain": { code: "provider_failed", outcome: "failed" },
    "v3.1.cancelled": { code: "provider_failed", outcome: "failed" },
    "v2.banned": { code: "content_rejected", outcome: "failed" },
    "v2.expired": { code: "provider_timeout", outcome: "failed" },
    "error.wrong-key": { code: "provider_unavailable", outcome: "not_sent", operator: true },
    "error.concurrency": { code: "provider_unavailable", outcome: "not_sent", retryAfterMs: 12_000 },
    "error.server": { code: "provider_unavailable", outcome: "not_sent" },
    "error.server-in-200": { code: "provider_unavailable", outcome: "not_sent" },
    "error.invalid-parameter": { code: "provider_unavailable", outcome: "not_sent", operator: true },
    "file.uploaded": { code: "provider_unavailable", outcome: "not_sent" },
    // Sixteen seconds after it was taken, by the vendor's own clock.
    "error.task-not-found": { code: "provider_unavailable", outcome: "not_sent" },
  },
};
