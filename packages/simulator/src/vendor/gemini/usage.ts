import type { Turn } from "./contents.ts";
import type { Model } from "./models.ts";

/** Tokens of one call. */
export interface Tokens {
  readonly prompt: { readonly text: number; readonly image: number };
  readonly thoughts: number;
  readonly answer: { readonly text: number; readonly image: number };
}

const pictureTokens = 258;
const usualThoughts = 48;

/** Tokens of a text: four signs each. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** What goes in: the instruction, and every text and picture of the conversation. */
export function promptTokens(instruction: string, turns: readonly Turn[]): Tokens["prompt"] {
  const texts = [instruction, ...turns.flatMap((turn) => turn.texts)];
  return {
    text: texts.reduce((sum, text) => sum + tokensOf(text), 0),
    image: turns.reduce((sum, turn) => sum + turn.pictures.length * pictureTokens, 0),
  };
}

/** Thinking of that share of the usual. */
export function thoughtTokens(share: number): number {
  return Math.round(share * usualThoughts);
}

/** `usageMetadata`, in the vendor's shape; counts of what there is none of are left out. */
export function usageMetadata(tokens: Tokens): Record<string, unknown> {
  const { prompt, thoughts, answer } = tokens;
  const [asked, answered] = [prompt.text + prompt.image, answer.text + answer.image];
  const details = ({ text, image }: Tokens["prompt"]) =>
    [
      { modality: "TEXT", tokenCount: text },
      { modality: "IMAGE", tokenCount: image },
    ].filter(({ tokenCount }) => tokenCount > 0);
  return {
    promptTokenCount: asked,
    ...(answered > 0 ? { candidatesTokenCount: answered, candidatesTokensDetails: details(answer) } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    totalTokenCount: totalOf(tokens),
    promptTokensDetails: details(prompt),
  };
}

/** All tokens of a call. */
export function totalOf({ prompt, thoughts, answer }: Tokens): number {
  return prompt.text + prompt.image + thoughts + answer.text + answer.image;
}

/** The price of a call in US dollars: thoughts cost what text costs. */
export function priceOf({ prices }: Model, { prompt, thoughts, answer }: Tokens): number {
  const microDollars =
    (prompt.text + prompt.image) * prices.input +
    (thoughts + answer.text) * prices.text +
    answer.image * prices.image;
  return Math.round(microDollars) / 1e6;
}
