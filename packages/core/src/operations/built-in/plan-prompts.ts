import * as z from "zod";
import { plainText } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** Prompts for pictures, planned from a brief. The output is JSON on the generation; nothing is stored. */
export const planPrompts = defineOperation({
  name: "plan-prompts",
  title: "Prompts from a brief",
  input: z.object({
    brief: plainText(8000).meta({ title: "Brief", description: "What the pictures are for." }),
    count: z.number().int().min(1).max(32).meta({ title: "How many prompts", default: 8 }).optional(),
  }),
  output: z.object({ prompts: z.array(plainText(4000)).min(1).max(32) }),
  prompt: ({ brief }) => brief,
});
