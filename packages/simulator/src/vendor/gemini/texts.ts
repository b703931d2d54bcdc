import type { Fault } from "../../faults/rule.ts";
import { hashText } from "../../random.ts";
import type { Candidate, Outcome, Part } from "./answer.ts";
import { blockedCandidate } from "./blocked.ts";
import type { GenerationConfig } from "./config.ts";
import type { Turn } from "./contents.ts";
import type { TextModel } from "./models.ts";
import { plan, planInWords } from "./plan/plan.ts";
import { type OddText, oddTexts, type Told, tell } from "./plan/spoil.ts";
import { understand } from "./plan/wish.ts";
import { type Tokens, thoughtTokens, tokensOf } from "./usage.ts";

/** An order for a text. */
export interface TextOrder {
  readonly model: TextModel;
  readonly config: GenerationConfig;
  readonly instruction: string;
  readonly turns: readonly [Turn, ...Turn[]];
  readonly prompt: Tokens["prompt"];
  readonly seed: number;
}

/**
 * Writes a text, or what comes in its place.
 *
 * The fault `no_outputs` leaves it out: `variant` is the finish reason (`OTHER`), or `candidates` for an answer
 * without any. `odd_text` writes one that does not fit its schema.
 */
export function writeText(order: TextOrder, fault: Fault | undefined): Outcome {
  const { config, prompt, model } = order;
  const thoughts = thoughtTokens(config.thinking);
  if (fault?.kind === "no_outputs") {
    const { variant = "OTHER" } = fault;
    const candidates = variant === "candidates" ? [] : [{ parts: undefined, finishReason: variant }];
    return { candidates, tokens: { prompt, thoughts, answer: { text: 0, image: 0 } } };
  }
  if (fault?.kind === "moderated" && fault.stage === "stream") {
    const { text } = told(order, 0, undefined);
    const parts = [{ text: text.slice(0, Math.ceil(text.length / 2)) }];
    const candidates = [{ ...blockedCandidate(fault, model), parts }];
    return { candidates, tokens: { prompt, thoughts, answer: { text: tokensOf(text), image: 0 } } };
  }
  const candidates: Candidate[] = [];
  let tokens = 0;
  for (let index = 0; index < config.candidates; index++) {
    const { text, finishReason } = within(told(order, index, oddOf(fault)), config, thoughts);
    tokens += tokensOf(text);
    candidates.push({ parts: [...thinking(config), ...parted(text, fault)], finishReason });
  }
  return { candidates, tokens: { prompt, thoughts, answer: { text: tokens, image: 0 } } };
}

function oddOf(fault: Fault | undefined): OddText | undefined {
  if (fault?.kind !== "odd_text") return undefined;
  const { variant = "schema" } = fault;
  return oddTexts.find((word) => word === variant);
}

function told(
  { config, instruction, turns, seed }: TextOrder,
  index: number,
  odd: OddText | undefined,
): Told {
  const said = turns.filter(({ role }) => role === "user").flatMap(({ texts }) => texts);
  const wish = understand(instruction, said);
  const chance = `${seed}/${config.seed ?? ""}/${index}`;
  if (config.schema) return tell(plan(config.schema, wish, chance), config.schema, odd);
  const words = planInWords(wish, chance);
  return tell(config.json ? { prompt: words } : words, undefined, odd);
}

/** Thinking counts against the limit, too: a tight one leaves half a sentence. */
function within(all: Told, { maxOutputTokens, stopSequences }: GenerationConfig, thoughts: number): Told {
  const stops = stopSequences.map((stop) => all.text.indexOf(stop)).filter((at) => at >= 0);
  const text = stops.length > 0 ? all.text.slice(0, Math.min(...stops)) : all.text;
  const room = Math.max(0, maxOutputTokens - thoughts);
  if (tokensOf(text) <= room) return { ...all, text };
  return { text: text.slice(0, room * 4), finishReason: "MAX_TOKENS" };
}

function thinking({ thoughts }: GenerationConfig): Part[] {
  return thoughts ? [{ text: "**Reading the request** I look for the motif first.", thought: true }] : [];
}

/** The vendor sends a text in one part or in two, as it likes. */
function parted(text: string, fault: Fault | undefined): Part[] {
  const isSplit = fault?.variant === "split" || (text.length > 40 && hashText(text) % 3 === 0);
  if (!isSplit) return [{ text }];
  const middle = Math.ceil(text.length / 2);
  return [{ text: text.slice(0, middle) }, { text: text.slice(middle) }];
}
