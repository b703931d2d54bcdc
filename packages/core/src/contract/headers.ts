import * as z from "zod";

/** Printable ASCII without the comma: a header that was sent twice arrives as one text joined by commas. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x2b\x2d-\x7e]{1,255}$/)
  .meta({ description: "Yours: a repeat with the same key answers what the first did, and does nothing." });

/** What starts something: a repeat may be known by its key, and the answer may wait for the end. */
export const startHeaders = z.object({
  "Idempotency-Key": idempotencyKey.optional(),
  Prefer: z
    .string()
    .optional()
    .meta({ description: "`wait=N`: answers when it has ended, or after N s; 20 at most." }),
});

/** What moves credits by hand: never without a key. */
export const movementHeaders = z.object({ "Idempotency-Key": idempotencyKey });

/** Where a stream goes on. */
export const streamHeaders = z.object({
  "Last-Event-ID": z.string().optional().meta({ description: "The `id` of the last event that was read." }),
});
