import * as z from "zod";
import { prompt, style } from "../common-input.ts";
import { defineOperation } from "../define-operation.ts";

/** A picture from words. */
export const textToImage = defineOperation({
  name: "text-to-image",
  title: "A picture from words",
  input: z.object({ prompt, style: style.optional() }),
  output: "image",
});
