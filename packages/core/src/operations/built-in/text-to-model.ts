import * as z from "zod";
import { plainText, style } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A 3D model from words. */
export const textToModel = defineOperation({
  name: "text-to-model",
  title: "A 3D model from words",
  input: z.object({
    prompt: plainText(1024).meta({ title: "Prompt", description: "What to make, in words." }),
    style: style.optional(),
  }),
  output: "model",
});
