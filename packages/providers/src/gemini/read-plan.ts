import type { Logger } from "@genbff/core";
import * as z from "zod";
import { isComplete, withoutOutput } from "./errors.ts";
import type { PlanProblem } from "./plan-request.ts";
import { answerSchema, type GeminiAnswer } from "./wire.ts";

/** Letters of one prompt: what the operation allows. */
const promptLengthMax = 4000;

const planSchema = z.object({ prompts: z.array(z.string()) });

/** What an answer to a plan held. */
export type PlanReading = { readonly answer: GeminiAnswer } & ({ readonly prompts: string[] } | PlanProblem);

/**
 * Reads a plan of exactly `count` prompts. More than were asked for are cut off.
 *
 * @throws ProviderError - what `withoutOutput` says of an answer that is refused, cut off or none.
 */
export function readPlan(body: unknown, count: number, logger: Logger): PlanReading {
  const answer = answerSchema.safeParse(body).data;
  if (answer === undefined || !isComplete(answer)) throw withoutOutput(answer, logger);
  const parts = answer.candidates?.[0]?.content?.parts ?? [];
  // JSON comes as text, now and then in several parts.
  const text = parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
  const plan = planSchema.safeParse(parse(text)).data;
  const problem = plan === undefined ? "it was not JSON of the schema." : problemOf(plan.prompts, count);
  if (plan === undefined || problem !== undefined) return { answer, problem: problem ?? "", text };
  return { answer, prompts: plan.prompts.slice(0, count).map(plainly) };
}

function problemOf(prompts: readonly string[], count: number): string | undefined {
  if (prompts.length < count) return `it had ${prompts.length} prompts instead of ${count}.`;
  const lengths = prompts.slice(0, count).map((prompt) => plainly(prompt).length);
  if (lengths.includes(0)) return "a prompt was empty.";
  if (lengths.some((length) => length > promptLengthMax)) {
    return `a prompt was longer than ${promptLengthMax} characters.`;
  }
  return undefined;
}

/** Without what no database and no vendor takes; buying another answer for that would be a waste. */
function plainly(prompt: string): string {
  return prompt
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]/gu, " ")
    .trim();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
