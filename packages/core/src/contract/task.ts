import * as z from "zod";
import { generationStatus, taskId } from "./generation.ts";
import { cursor, pageOf } from "./page.ts";

/** A piece of work in the list: enough for a row with a picture. */
export const taskSummary = z.object({
  task_id: taskId,
  generations: z.int(),
  open: z.int().meta({ description: "Generations that have not ended." }),
  latest: generationStatus.pick({ generation_id: true, operation: true, status: true }).nullable(),
  thumbnail_url: z.string().nullable().meta({ description: "The newest picture of the task." }),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
});
export type TaskSummary = z.output<typeof taskSummary>;
export const taskPage = pageOf(taskSummary);
export type TaskPage = z.output<typeof taskPage>;

/** An uploaded input. */
export const inputAsset = z.object({
  input_asset_id: z.uuid(),
  asset_url: z.string(),
  status: z.enum(["pending", "complete", "failed"]),
  content_type: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  filename: z.string().nullable(),
  created_at: z.iso.datetime({ offset: true }),
});
export type InputAsset = z.output<typeof inputAsset>;

/** One generation within its task: its status, what it was asked, and where its inputs came from. */
export const taskGeneration = generationStatus.extend({
  input: z
    .record(z.string(), z.json())
    .meta({ description: "The request as it was validated, without task_id." }),
  parent_generation_id: z.uuid().nullable(),
  retry_of: z.uuid().nullable(),
  source_asset_ids: z.array(z.uuid()).meta({ description: "Assets of this BFF that were its input." }),
  source_input_asset_ids: z.array(z.uuid()),
});
export type TaskGeneration = z.output<typeof taskGeneration>;

/** One task with its tree, oldest generation first. */
export const taskTree = z.object({
  task_id: taskId,
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
  inputs: z.array(inputAsset),
  generations: z.array(taskGeneration),
});
export type TaskTree = z.output<typeof taskTree>;

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: cursor.optional(),
});
