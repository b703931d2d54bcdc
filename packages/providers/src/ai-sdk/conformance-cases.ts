import * as z from "zod";
import type { VendorCases } from "../conformance/cases.ts";
import { jobOf, secrets } from "../conformance/cases.ts";
import { openaiCases } from "../openai/conformance-cases.ts";
import { openaiModel } from "./__fixtures__/openai-model.ts";
import { aiSdk } from "./index.ts";

const { prompt } = secrets;
const refused = { code: "provider_unavailable", outcome: "refused", operator: true } as const;

/** The bridge with the SDK's own OpenAI model behind it, before OpenAI's answers. */
export const aiSdkCases: VendorCases = {
  vendor: "ai-sdk",
  folder: "openai",
  create: ({ timeoutMs, ...settings }) =>
    aiSdk(openaiModel(settings), {
      timeoutMs,
      offers: {
        "text-to-image": {
          parameters: z.strictObject({ n: z.int().optional(), seed: z.int().optional() }),
          outputs: (input) => Number(input.n ?? 1),
          input: ({ parameters }) => ({
            size: "1024x1024",
            seed: parameters.seed,
            providerOptions: { openai: { quality: "low" } },
          }),
        },
      },
    }),
  requests: [
    {
      title: "one call for all pictures",
      job: jobOf("text-to-image", { prompt, n: 2 }, { outputs: 2 }),
      path: "images/generations",
      headers: {},
      json: { model: "gpt-image-2", prompt, n: 2, size: "1024x1024", quality: "low" },
    },
  ],
  job: jobOf("text-to-image", { prompt, n: 2 }, { outputs: 2 }),
  accepted: "gpt-image-2.5-flare.two-pictures",
  submitFailures: {
    "gpt-image-2.5-flare.moderated-input": {
      code: "content_rejected",
      outcome: "refused",
      details: { stage: "input" },
    },
    "gpt-image-2.5-flare.invalid-size": { code: "provider_failed", outcome: "refused" },
    "account.invalid-key": refused,
    "account.no-credit": refused,
    "account.rate-limited": { code: "provider_unavailable", outcome: "refused", retryAfterMs: 7_000 },
    "gpt-image-2.5-flare.server-error": { code: "submission_unknown", outcome: "unknown" },
  },
  // A list without pictures is an answer that says so: the SDK keeps it apart from one that it cannot read.
  nonsense: openaiCases.nonsense.filter((body) => !JSON.stringify(body).includes('"data":[]')),
};
