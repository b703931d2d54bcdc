import * as z from "zod";

/** A refusal of `/v2beta`; `message` is what the older API and gateways say. */
export const errorSchema = z.object({
  name: z.string().optional().catch(undefined),
  errors: z.array(z.string()).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** What an asynchronous endpoint answers with. A refusal has an id of its own, which is no job's. */
export const takenSchema = z.object({ id: z.string().min(1), errors: z.undefined().optional() });

/** A job that is not done yet. */
export const waitingSchema = z.object({ status: z.string() });
