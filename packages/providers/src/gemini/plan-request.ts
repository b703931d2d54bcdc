import type { JsonObject, ProviderJob } from "@genbff/core";
import { takesThinkingLevel } from "./models.ts";
import type { GeminiRequest } from "./to-request.ts";

/** Where a request does not say how many. */
const usualCount = 8;
/** Room for the JSON around the prompts, and for a little thinking, which counts as well. */
const baseTokens = 4096;
const tokensPerPrompt = 1024;
/** More of a first answer would not help to mend it. */
const quotedMax = 20_000;

/** What the text model is told to do with a brief, if the team says nothing else. */
export const usualInstruction = [
  "You plan pictures. Read the brief and write prompts for an image model, one for each picture.",
  "Every prompt stands alone: it names subject, composition, style, colours and light in plain words.",
  "The prompts differ from each other clearly, and all of them serve the brief.",
  "Write no numbering and no comments.",
].join(" ");

/** How many prompts a request asks for. */
export function countPrompts({ count }: JsonObject): number {
  return typeof count === "number" ? count : usualCount;
}

/** A brief as a request for exactly so many prompts, with the schema of the answer. */
export function toPlanRequest(job: ProviderJob, model: string, instruction: string): GeminiRequest {
  const count = countPrompts(job.input);
  return {
    model,
    body: {
      systemInstruction: { parts: [{ text: `${instruction} Write exactly ${count} prompts.` }] },
      contents: [{ role: "user", parts: [{ text: job.prompt ?? "" }] }],
      generationConfig: {
        responseMimeType: "application/json",
        responseJsonSchema: {
          type: "object",
          properties: {
            prompts: { type: "array", items: { type: "string" }, minItems: count, maxItems: count },
          },
          required: ["prompts"],
          additionalProperties: false,
        },
        maxOutputTokens: baseTokens + tokensPerPrompt * count,
        ...(takesThinkingLevel(model) ? { thinkingConfig: { thinkingLevel: "LOW" } } : {}),
      },
    },
  };
}

/**
 * The same request, with the answer that could not be used and what was wrong with it. As the user's words and not as
 * the model's turn: that would have to come back with the signatures of its thoughts.
 */
export function toRepairRequest(
  { model, body }: GeminiRequest,
  brief: string,
  { problem, text }: PlanProblem,
) {
  const complaint = `Your first answer could not be used: ${problem} It was:\n${text.slice(0, quotedMax)}\nAnswer again.`;
  const contents = [{ role: "user", parts: [{ text: brief }, { text: complaint }] }];
  return { model, body: { ...body, contents } };
}

/** A complete answer that is no plan. */
export interface PlanProblem {
  /** Our own words, for the model. */
  readonly problem: string;
  readonly text: string;
}
