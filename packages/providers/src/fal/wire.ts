import * as z from "zod";

/** What a submission is answered with. */
export const submittedSchema = z.object({
  request_id: z.string().min(1).max(255),
  response_url: z.string().optional().catch(undefined),
});

/** How a request stands. `COMPLETED` means finished, not succeeded. */
export const statusSchema = z.object({
  status: z.string(),
  error: z.unknown().optional(),
  error_type: z.unknown().optional(),
  metrics: z
    .object({ inference_time: z.number().nonnegative().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export type FalStatus = z.output<typeof statusSchema>;

const modelErrorSchema = z.object({
  type: z.string().optional().catch(undefined),
  loc: z.array(z.union([z.string(), z.number()])).catch([]),
});

/** A failure: a list of the model's complaints, or the platform's own word. */
export const errorSchema = z.object({
  detail: z.array(modelErrorSchema).optional().catch(undefined),
  error_type: z.string().optional().catch(undefined),
});

export const uploadSchema = z.object({ upload_url: z.string(), file_url: z.string().min(1) });

export const cancelSchema = z.object({ status: z.string() });

/** The JWKS holds more than we can use when other kinds of keys are added. */
export const keysSchema = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string(), crv: z.string().optional(), x: z.string().optional() }))
    .min(1),
});

/** The result comes with it, but is taken by `check`: a webhook is a hint to ask. */
export const webhookSchema = z.object({ request_id: z.string().min(1).max(255) });
