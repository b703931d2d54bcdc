import * as z from "zod";

/** The one shape of every error answer. */
export const errorBody = z
  .object({
    error: z.string().meta({ description: "A code from the closed table." }),
    message: z.string().meta({ description: "For people." }),
    details: z.record(z.string(), z.json()).optional(),
    request_id: z.string(),
  })
  .meta({ id: "Error" });
export type ErrorBody = z.output<typeof errorBody>;
