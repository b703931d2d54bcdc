import type { Fault } from "../../faults/rule.ts";
import type { Answers, Candidate } from "./answer.ts";
import type { Model } from "./models.ts";

const ratings = [
  { category: "HARM_CATEGORY_DANGEROUS_CONTENT", probability: "HIGH", blocked: true },
  { category: "HARM_CATEGORY_HARASSMENT", probability: "NEGLIGIBLE" },
];

/**
 * The body of a `200` that delivers nothing because of what was asked for or made.
 *
 * Stage `input`: the prompt is blocked, and there are no candidates. `output`: a candidate without content. `words`:
 * the model says no in words and calls it a day. `variant` is the reason, in the vendor's word.
 */
export function blocked(fault: Fault, model: Model | undefined, answers: Answers): Record<string, unknown> {
  const usage = { promptTokenCount: 9, totalTokenCount: 9 };
  if ((fault.stage ?? "input") === "input") {
    const promptFeedback = {
      blockReason: fault.variant ?? "PROHIBITED_CONTENT",
      ...(fault.details === false ? {} : { safetyRatings: ratings }),
    };
    return answers.signed({ promptFeedback, usageMetadata: usage });
  }
  const candidate = fault.stage === "words" ? refusalInWords() : blockedCandidate(fault, model);
  const { parts, ...end } = candidate;
  return answers.signed({
    candidates: [{ ...(parts ? { content: { role: "model", parts } } : {}), ...end, index: 0 }],
    usageMetadata: usage,
  });
}

/** A candidate that says no in words. */
export function refusalInWords(): Candidate {
  const text = "I'm not able to make that picture. Would you like me to try something else?";
  return { parts: [{ text }], finishReason: "STOP" };
}

/** A candidate that was made and is held back. */
export function blockedCandidate({ variant, details }: Fault, model: Model | undefined): Candidate {
  return {
    parts: undefined,
    finishReason: variant ?? (model?.kind === "image" ? "IMAGE_SAFETY" : "SAFETY"),
    ...(details === false
      ? {}
      : {
          finishMessage: "Unable to show the generated content. It violates the usage policy.",
          safetyRatings: ratings,
        }),
  };
}
