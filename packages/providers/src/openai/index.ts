import { defineProvider, type JsonObject, type ProviderJob } from "@genbff/core";
import { checkConnection } from "../shared/connection.ts";
import { createFormBody } from "../shared/form-data.ts";
import { createHttp } from "../shared/http.ts";
import type { Mask } from "../shared/mask.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { paintMasks } from "../shared/paint-masks.ts";
import { readErrorBody } from "../shared/read-json.ts";
import { openaiError } from "./errors.ts";
import { findOpenaiModel } from "./models.ts";
import { checkOptions, countOutputs, imageToImageOptions, textToImageOptions } from "./options.ts";
import { toOpenaiMask } from "./to-mask.ts";
import { toForm, toRequest } from "./to-request.ts";
import { toCost, toResult } from "./to-result.ts";
import { toStreamResult } from "./to-stream-result.ts";

/** For ten pictures of 16 MB to arrive and to be stored. */
const readTimeoutMs = 120_000;

const masks = { vendor: "openai", paint: (mask: Mask) => toOpenaiMask(mask) };

/** How to reach OpenAI, and which model draws. */
export interface OpenaiSettings {
  apiKey: string;
  /** Default `https://api.openai.com/v1`. */
  baseUrl?: string | undefined;
  /** Default `gpt-image-2.5-flare`. One that this version does not know is sent as it is; a retired one is refused. */
  model?: string | undefined;
  /** How long one request may take until its answer begins. Default 180,000 ms: pictures can take two minutes. */
  timeoutMs?: number | undefined;
  /** How long the answer may pause once it has begun. Default 15,000 ms; with unfinished pictures at least `timeoutMs`. */
  idleTimeoutMs?: number | undefined;
  /**
   * How many unfinished pictures the vendor may show while it paints, 0 to 3. Default 0. They cost extra tokens, fewer may
   * come, and none come where several pictures are asked for at once.
   */
  partialImages?: number | undefined;
  /** Sent as `OpenAI-Organization`. */
  organization?: string | undefined;
  /** Sent as `OpenAI-Project`. */
  project?: string | undefined;
}

/**
 * OpenAI's image models: `text-to-image`, `image-to-image` and `image-inpaint`, 1 to 10 pictures a request. Masks are
 * painted anew: we mark what is changed white, the vendor wants it transparent.
 *
 * The vendor answers at once, takes no idempotency key and cannot be asked about a lost answer: such a submission
 * ends as `submission_unknown` and is never repeated. Pictures are decoded while they arrive, so that ten large
 * ones need no more memory than one network packet.
 *
 * Generations that it fails end with `content_rejected`, `validation_failed`, `asset_unusable`, `provider_failed`,
 * `provider_unavailable` or `submission_unknown`. https://developers.openai.com/api/docs/models
 *
 * @throws Error - the key or the URL is unusable, the model is retired, or `partialImages` is not 0 to 3.
 *
 * @example
 * createBff({ providers: { openai: openai({ apiKey: process.env.OPENAI_API_KEY }) }, ...rest });
 */
export function openai(settings: OpenaiSettings) {
  const { timeoutMs = 180_000, baseUrl = "https://api.openai.com/v1", apiKey } = settings;
  const { idleTimeoutMs = 15_000, partialImages = 0 } = settings;
  if (![0, 1, 2, 3].includes(partialImages)) throw new Error("openai: partialImages must be 0, 1, 2 or 3.");
  const model = findOpenaiModel(settings.model ?? "gpt-image-2.5-flare", Date.now());
  const http = createHttp(checkConnection({ vendor: "openai", baseUrl, apiKey }));
  const check = checkOptions.bind(undefined, model);
  const account = {
    ...(settings.organization ? { "openai-organization": settings.organization } : {}),
    ...(settings.project ? { "openai-project": settings.project } : {}),
  };

  return defineProvider({
    vendor: "openai",
    offers: {
      "text-to-image": { parameters: textToImageOptions, outputs: countOutputs, check },
      "image-to-image": { parameters: imageToImageOptions, outputs: countOutputs, check },
      "image-inpaint": { parameters: imageToImageOptions, outputs: countOutputs, check },
    },
    // The pictures are read and stored under the same clock, after the vendor has taken all its time.
    submitTimeoutMs: timeoutMs + readTimeoutMs,

    async prepare(job) {
      return { request: toRequest(job, model, partialImages) };
    },

    async submit(job, { request }, { signal, preview }) {
      const answer = await http({
        purpose: "submit",
        method: "POST",
        ...(await endpointOf(job, request)),
        headers: { ...account, "x-client-request-id": job.clientReference },
        signal,
        answerTimeoutMs: timeoutMs,
        // Between two unfinished pictures it paints as long as it otherwise does before it answers.
        idleTimeoutMs: request.stream === true ? Math.max(timeoutMs, idleTimeoutMs) : idleTimeoutMs,
      });
      if (!answer.ok) {
        const { status, headers } = answer;
        const body = await readErrorBody(answer);
        return refusedOrThrow(openaiError({ purpose: "submit", status, headers, body }));
      }
      // What was bought without a stream, e.g. because a proxy dropped the wish, is no less a picture.
      const streams = answer.headers.get("content-type")?.startsWith("text/event-stream") === true;
      const { outputs, usage } = streams
        ? toStreamResult(answer.body, preview)
        : toResult(answer.body, job.outputs);
      return {
        state: "done",
        outputs,
        get cost() {
          return toCost(usage(), model);
        },
      };
    },
  });
}

async function endpointOf(job: ProviderJob, request: JsonObject) {
  if (job.operation === "text-to-image") return { path: "images/generations", json: request };
  return { path: "images/edits", form: createFormBody(toForm(request, await paintMasks(job.files, masks))) };
}
