import * as z from "zod";

const imageSchema = z.object({ url: z.string().optional().catch(undefined) }).catch({ url: undefined });

/** An answer of several pictures, or of one. The call's price is in it, in the vendor's units. */
export const answerSchema = z.object({
  credits: z.number().nonnegative().optional().catch(undefined),
  data: z.array(imageSchema).optional().catch(undefined),
  image: imageSchema.optional(),
});

const detailSchema = z.object({
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** A refusal: seen live as `{code, message}`, told of as `{error: {code, message}}`. */
export const errorSchema = z.union([
  z.object({ error: detailSchema }).transform(({ error }) => error),
  detailSchema,
]);
