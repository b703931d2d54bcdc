import type { PictureOrder } from "./parameters.ts";
import type { Size } from "./size.ts";

/** Tokens of one call, in the vendor's shape. */
export interface Usage {
  readonly total_tokens: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly input_tokens_details: { readonly text_tokens: number; readonly image_tokens: number };
}

// Tokens of a 1024x1024 picture; other sizes cost in proportion to their pixels.
const squareTokens = { low: 272, medium: 1056, high: 4160, xhigh: 6240, max: 8320 };
const partialTokens = 100;
const squarePixels = 1024 * 1024;

/** Counts what an order costs. */
export function countUsage(order: PictureOrder, size: Size, inputs: readonly Size[]): Usage {
  const picture = Math.round((squareTokens[order.quality] * size.width * size.height) / squarePixels);
  const partials = order.stream ? order.partialImages * partialTokens : 0;
  const output = order.n * picture + partials;
  const text = Math.ceil(order.prompt.length / 4);
  const image = inputs.reduce(
    (sum, input) => sum + Math.ceil(Math.min(1, (input.width * input.height) / squarePixels) * 323),
    0,
  );
  return {
    total_tokens: text + image + output,
    input_tokens: text + image,
    output_tokens: output,
    input_tokens_details: { text_tokens: text, image_tokens: image },
  };
}

/** The price of a call in US dollars. */
export function priceOf({ model }: PictureOrder, usage: Usage): number {
  const { textIn, imageIn, imageOut } = model.prices;
  const { text_tokens, image_tokens } = usage.input_tokens_details;
  const microDollars = text_tokens * textIn + image_tokens * imageIn + usage.output_tokens * imageOut;
  return Math.round(microDollars) / 1e6;
}
