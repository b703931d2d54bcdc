import * as z from "zod";

/** A refusal of `/v2beta`; `message` is what the older API and gateways say. */
export const errorSchema = z.object({
  name: z.string().optional().catch(undefined),
  errors: z.array(z.string()).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** What an asynchronous endpoint answers with. */
export const takenSchema = z.object({ id: z.string().min(1) });

/** A job that is not done yet. */
export const waitingSchema = z.object({ status: z.string() });
