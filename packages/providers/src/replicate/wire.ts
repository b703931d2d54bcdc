import * as z from "zod";

/** A prediction; `output` is whatever the model gives. */
export const predictionSchema = z.object({
  id: z.string().min(1).max(255),
  status: z.string(),
  model: z.string().optional().catch(undefined),
  version: z.string().optional().catch(undefined),
  input: z.record(z.string(), z.unknown()).optional().catch(undefined),
  output: z.json().optional(),
  error: z.unknown().optional(),
  data_removed: z.boolean().optional().catch(undefined),
  created_at: z.string().optional().catch(undefined),
  metrics: z
    .object({ predict_time: z.number().nonnegative().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

export type Prediction = z.output<typeof predictionSchema>;

/** What a submission is answered with. */
export const createdSchema = z.object({
  id: z.string().min(1).max(255),
  created_at: z.string().optional().catch(undefined),
});

/** A row of the list may hold less than the prediction itself. */
const rowSchema = z.object({
  id: z.string().min(1),
  input: z.record(z.string(), z.unknown()).optional().catch(undefined),
  model: z.string().nullish().catch(undefined),
  version: z.string().nullish().catch(undefined),
  created_at: z.string().nullish().catch(undefined),
});

export type PredictionRow = z.output<typeof rowSchema>;

export const pageSchema = z.object({ results: z.array(rowSchema), next: z.string().nullish() });

export const fileSchema = z.object({ urls: z.object({ get: z.url({ protocol: /^https?$/ }) }) });

export const errorSchema = z.object({
  detail: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
});

export const secretSchema = z.object({ key: z.string().startsWith("whsec_") });

export const webhookSchema = z.object({ id: z.string().min(1).max(255) });
