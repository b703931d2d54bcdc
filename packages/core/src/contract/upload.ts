import * as z from "zod";
import { taskId } from "./generation.ts";

/** What can be uploaded, and how large it may be. */
export const uploadTypes = {
  "image/png": 50_000_000,
  "image/jpeg": 50_000_000,
  "image/webp": 50_000_000,
  "model/gltf-binary": 150_000_000,
  "application/vnd.autodesk.fbx": 150_000_000,
  "model/obj": 150_000_000,
  "model/stl": 150_000_000,
} as const;

export const uploadRequest = z.strictObject({
  filename: z.string().min(1).max(255).meta({ description: "Shown to people only; never part of a key." }),
  content_type: z.enum(
    Object.keys(uploadTypes) as [keyof typeof uploadTypes, ...(keyof typeof uploadTypes)[]],
  ),
  bytes: z.int().min(1).max(150_000_000),
  task_id: taskId.optional(),
});

/** The same as a form: the file itself. */
export const uploadForm = z.strictObject({ file: z.file(), task_id: taskId.optional() });

/** `201` of a reserved upload: `PUT` the bytes, then use `asset_url` as an input. */
export const uploadReserved = z.object({
  input_asset_id: z.uuid(),
  asset_url: z.string(),
  upload: z.object({
    method: z.literal("PUT"),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    expires_at: z.iso.datetime({ offset: true }),
  }),
});
export type UploadReserved = z.output<typeof uploadReserved>;

/** `201` of a finished upload. */
export const uploadComplete = z.object({
  input_asset_id: z.uuid(),
  asset_url: z.string(),
  content_type: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});
export type UploadComplete = z.output<typeof uploadComplete>;
