import * as z from "zod";

const jsonSchema = z.record(z.string(), z.json());

/** What the catalogue says of one provider of an operation. */
export const offeredBy = z.object({
  provider: z.string(),
  parameters: jsonSchema.meta({ description: "JSON Schema of this provider's own parameters." }),
  price: z.object({
    credits: z.int(),
    per: z.enum(["call", "output"]),
    multipliers: z.record(z.string(), z.record(z.string(), z.int())),
  }),
});

/** One operation of the catalogue. */
export const operationEntry = z.object({
  operation: z.string(),
  title: z.string(),
  output: z.enum(["image", "vector", "model", "json"]),
  input: jsonSchema.meta({ description: "JSON Schema of the common input." }),
  provider_optional: z.boolean(),
  providers: z.array(offeredBy),
});
export type OperationEntry = z.output<typeof operationEntry>;

export const operationList = z.object({
  operations: z.array(operationEntry),
  styles: z.array(z.object({ style: z.string(), title: z.string() })),
});
export type OperationList = z.output<typeof operationList>;
