import * as z from "zod";

/** How many tokens a call took. */
const usageSchema = z.object({
  input_tokens: z.number().nonnegative(),
  output_tokens: z.number().nonnegative(),
  input_tokens_details: z.object({ image_tokens: z.number().nonnegative() }).optional().catch(undefined),
});

/** An answer, without its pictures. */
export const answerSchema = z.object({
  usage: usageSchema.optional().catch(undefined),
});

/** A refusal; every field may be missing. */
export const errorSchema = z.object({
  error: z.object({
    type: z.string().nullish().catch(undefined),
    code: z.string().nullish().catch(undefined),
    param: z.string().nullish().catch(undefined),
    moderation_details: z
      .object({ moderation_stage: z.enum(["input", "output"]) })
      .optional()
      .catch(undefined),
  }),
});

export type OpenaiUsage = z.output<typeof usageSchema>;
