import * as z from "zod";

const optionalText = z.string().optional().catch(undefined);
const optionalCount = z.number().nonnegative().optional().catch(undefined);

const partSchema = z.object({
  text: optionalText,
  /** Thinking aloud: neither its words nor its pictures are the answer. */
  thought: z.boolean().optional().catch(undefined),
  inlineData: z.unknown().optional(),
});

const candidateSchema = z.object({
  // A refused candidate may have no content at all.
  content: z
    .object({ parts: z.array(partSchema).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  finishReason: optionalText,
});

const usageSchema = z.object({
  promptTokenCount: optionalCount,
  candidatesTokenCount: optionalCount,
  thoughtsTokenCount: optionalCount,
  totalTokenCount: optionalCount,
});

/** An answer with status 200; pictures are read beside it. */
export const answerSchema = z.object({
  candidates: z.array(candidateSchema).optional().catch(undefined),
  promptFeedback: z.object({ blockReason: optionalText }).optional().catch(undefined),
  usageMetadata: usageSchema.optional().catch(undefined),
  modelVersion: optionalText,
  modelStatus: z.object({ retirementTime: optionalText }).optional().catch(undefined),
});

const detailSchema = z.object({
  reason: optionalText,
  retryDelay: optionalText,
  violations: z
    .array(z.object({ quotaId: optionalText, quotaValue: optionalText }))
    .optional()
    .catch(undefined),
});

/** A refusal; every detail may be missing. */
export const errorSchema = z.object({
  error: z.object({
    status: optionalText,
    message: optionalText,
    details: z.array(detailSchema).optional().catch(undefined),
  }),
});

export type GeminiAnswer = z.output<typeof answerSchema>;

export type GeminiRefusal = z.output<typeof errorSchema>["error"];
