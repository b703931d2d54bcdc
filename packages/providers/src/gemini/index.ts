import { defineProvider, type ProviderAnswer, type ProviderJob, type SubmitContext } from "@genbff/core";
import { checkConnection } from "../shared/connection.ts";
import { createHttp } from "../shared/http.ts";
import { createJsonBody } from "../shared/json-body.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { geminiError } from "./errors.ts";
import { checkModelId, findImageModel } from "./models.ts";
import { checkImage, imageOptions, planOptions } from "./options.ts";
import { plan } from "./plan.ts";
import { countPrompts, toPlanRequest, usualInstruction } from "./plan-request.ts";
import { type GeminiRequest, pathOf, readStored, toImageRequest, withPictures } from "./to-request.ts";
import { toResult } from "./to-result.ts";

/** For one picture of 4K to arrive and to be stored. */
const readTimeoutMs = 60_000;

/** How to reach Gemini, and which models draw and write. */
export interface GeminiSettings {
  apiKey: string;
  /** Default `https://generativelanguage.googleapis.com/v1beta`. */
  baseUrl?: string | undefined;
  /** Default `gemini-nano-banana-2.1`. One that this version does not know is sent as it is; a retired one is refused. */
  imageModel?: string | undefined;
  /** Plans prompts. Default `gemini-3.8-flash`. */
  textModel?: string | undefined;
  /** What the text model is told to do with a brief. How many prompts, and in which form, is added. */
  planInstruction?: string | undefined;
  /** How long a request for a picture may take until its answer begins. Default 180,000 ms. */
  timeoutMs?: number | undefined;
  /** The same for a plan of prompts, and again for its repair. Default 90,000 ms. */
  planTimeoutMs?: number | undefined;
  /** How long an answer may pause once it has begun. Default 15,000 ms. */
  idleTimeoutMs?: number | undefined;
}

/**
 * Google's Gemini models: `text-to-image`, `image-to-image` with up to 14 pictures, and `plan-prompts`.
 *
 * One call is one picture; the vendor has no `n`. It answers at once, takes no idempotency key and cannot be asked
 * about a lost answer: such a submission ends as `submission_unknown` and is never repeated. Pictures are encoded while
 * they are sent and decoded while they arrive. A plan that came whole but is none is repaired by a second call within
 * the same submission, once.
 *
 * Generations that it fails end with `content_rejected`, `provider_failed`, `provider_unavailable`, `asset_unusable`
 * or `submission_unknown`. https://ai.google.dev/gemini-api/docs/image-generation
 *
 * @throws Error - the key or the URL is unusable, or the image model is retired.
 *
 * @example
 * createBff({ providers: { gemini: gemini({ apiKey: process.env.GEMINI_API_KEY }) }, ...rest });
 */
export function gemini(settings: GeminiSettings) {
  const { apiKey, baseUrl = "https://generativelanguage.googleapis.com/v1beta" } = settings;
  const { timeoutMs = 180_000, planTimeoutMs = 90_000, idleTimeoutMs = 15_000 } = settings;
  const { planInstruction = usualInstruction } = settings;
  const imageModel = findImageModel(settings.imageModel ?? "gemini-nano-banana-2.1", Date.now());
  const textModel = checkModelId(settings.textModel ?? "gemini-3.8-flash");
  const auth = { header: "x-goog-api-key", scheme: "" };
  const http = createHttp(checkConnection({ vendor: "gemini", baseUrl, apiKey, auth }));
  const check = checkImage.bind(undefined, imageModel);

  return defineProvider({
    vendor: "gemini",
    offers: {
      "text-to-image": { parameters: imageOptions, check },
      "image-to-image": { parameters: imageOptions, check },
      "plan-prompts": { parameters: planOptions },
    },
    // A picture is read and stored under the same clock; a plan may take two calls.
    submitTimeoutMs: Math.max(timeoutMs + readTimeoutMs, 2 * planTimeoutMs + readTimeoutMs),

    async prepare(job) {
      const request =
        job.operation === "plan-prompts"
          ? toPlanRequest(job, textModel, planInstruction)
          : toImageRequest(job, imageModel.id);
      return { request: { ...request } };
    },

    submit(job, prepared, context) {
      const request = readStored(prepared.request);
      return job.operation === "plan-prompts" ? write(job, request, context) : draw(job, request, context);
    },
  });

  async function draw(
    job: ProviderJob,
    request: GeminiRequest,
    context: SubmitContext,
  ): Promise<ProviderAnswer> {
    const { body } = await send(request, job, context.signal, timeoutMs);
    const { outputs, cost } = toResult(body, request.model, context.logger);
    return {
      state: "done",
      outputs,
      get cost() {
        return cost();
      },
    };
  }

  async function write(
    job: ProviderJob,
    request: GeminiRequest,
    context: SubmitContext,
  ): Promise<ProviderAnswer> {
    const { signal, cancelled, logger } = context;
    return plan({
      request,
      brief: job.prompt ?? "",
      count: countPrompts(job.input),
      cancelled,
      logger,
      async ask(asked) {
        return readJson(await send(asked, job, signal, planTimeoutMs));
      },
    });
  }

  /** @throws ProviderError - no answer, or any status but 2xx. */
  async function send(
    request: GeminiRequest,
    job: ProviderJob,
    signal: AbortSignal,
    answerTimeoutMs: number,
  ) {
    const answer = await http({
      purpose: "submit",
      method: "POST",
      path: pathOf(request.model),
      ...(job.files.length === 0
        ? { json: request.body }
        : { form: createJsonBody(withPictures(request, job)) }),
      signal,
      answerTimeoutMs,
      idleTimeoutMs,
    });
    if (answer.ok) return answer;
    const { status, headers } = answer;
    throw geminiError({ purpose: "submit", status, headers, body: await readErrorBody(answer) });
  }
}
