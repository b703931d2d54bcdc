import * as z from "zod";
import { errorBody } from "./error.ts";

/** The client's own name for its piece of work. */
export const taskId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/)
  .meta({ description: "Yours: groups generations. 1–128 of A–Z a–z 0–9 _ -" });

export const generationState = z.enum(["pending", "processing", "complete", "failed", "cancelled"]);
export type GenerationState = z.output<typeof generationState>;

/** A stored output, as clients see it. */
export const asset = z.object({
  asset_id: z.uuid(),
  kind: z.enum(["image", "vector", "model"]),
  index: z.int(),
  asset_url: z.string().meta({
    description:
      "Signed where the bucket is private: use it now, do not keep it. Empty once `expires_at` has passed.",
  }),
  expires_at: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: "Where outputs are handed on and not kept: the end of this one. Else absent." }),
  content_type: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  metadata: z.record(z.string(), z.json()),
});
export type Asset = z.output<typeof asset>;
export type ImageAsset = Asset & { kind: "image"; width: number; height: number };
export type VectorAsset = Asset & { kind: "vector" };
export type ModelAsset = Asset & { kind: "model" };

/** One output of n that was not delivered, and why. Not charged. */
export const failure = z.object({ index: z.int(), error: z.string(), message: z.string() });
export type Failure = z.output<typeof failure>;

/** An unfinished picture of one output, shown while it is being made and gone once that has ended. */
export const preview = z.object({
  index: z.int(),
  url: z
    .string()
    .meta({ description: "Signed where the bucket is private. Works until the generation ends." }),
  content_type: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});
export type Preview = z.output<typeof preview>;

/** The credits of one generation. */
export const generationCredits = z.object({
  held: z.int().meta({ description: "Set aside now; 0 once it has ended." }),
  charged: z.int().meta({ description: "Paid in the end; 0 until then." }),
});

/** `202` of `POST /generate/{operation}`. */
export const generationCreated = z.object({
  task_id: taskId,
  generation_id: z.uuid(),
  status: generationState,
  credits: z.object({ held: z.int() }),
  status_url: z.string(),
  events_url: z.string(),
});
export type GenerationCreated = z.output<typeof generationCreated>;

/** What is true of one generation now. */
export const generationStatus = z.object({
  task_id: taskId,
  generation_id: z.uuid(),
  operation: z.string(),
  provider: z.string().meta({ description: "The provider's public key." }),
  status: generationState,
  stage: z.string().nullable().meta({ description: "A short word for people while it is being made." }),
  progress: z.int().min(0).max(100).meta({ description: "Never falls." }),
  asset_url: z.string().nullable().meta({ description: "The first asset's URL." }),
  asset_urls: z.array(z.string()),
  assets: z.array(asset),
  json: z
    .json()
    .optional()
    .meta({ description: "The output of an operation that gives JSON, once it is complete; else absent." }),
  failures: z.array(failure),
  previews: z.array(preview).meta({
    description: "The newest unfinished picture of each output, the latest last; empty once it has ended.",
  }),
  error: errorBody.omit({ request_id: true }).nullable(),
  cancel_requested: z.boolean(),
  credits: generationCredits,
  version: z.int(),
  next_poll_ms: z.int().nullable().meta({ description: "Ask again after this; null once it has ended." }),
  created_at: z.iso.datetime({ offset: true }),
  completed_at: z.iso.datetime({ offset: true }).nullable(),
});
export type GenerationStatus = z.output<typeof generationStatus>;

/** What `POST /generations/{id}/cancel` answers: what is true now. */
export const cancelled = z.object({
  generation_id: z.uuid(),
  status: generationState,
  cancel_requested: z.boolean(),
});
