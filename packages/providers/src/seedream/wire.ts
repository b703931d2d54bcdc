import * as z from "zod";

const optionalText = z.string().optional().catch(undefined);

const refusalSchema = z.object({ code: optionalText, param: optionalText });

/** A refusal, of a whole call or of one picture; the request id is in its message, which nobody needs. */
export const errorSchema = z.object({ error: refusalSchema });

const usageSchema = z.object({ generated_images: z.number().nonnegative() }).optional().catch(undefined);

/** One picture of an answer, or why it failed. */
const itemSchema = z
  .object({ url: optionalText, error: refusalSchema.optional().catch(undefined) })
  .catch({});

/** A whole answer. */
export const answerSchema = z.object({ data: z.array(itemSchema), usage: usageSchema });

/** One event of a stream. "Partial" means one whole picture of several. */
export const eventSchema = z.object({
  type: optionalText,
  image_index: z.number().int().nonnegative().optional().catch(undefined),
  url: optionalText,
  error: refusalSchema.optional().catch(undefined),
  usage: usageSchema,
});

export type SeedreamItem = z.output<typeof itemSchema>;
export type SeedreamUsage = z.output<typeof usageSchema>;
export type SeedreamRefusal = z.output<typeof refusalSchema>;
