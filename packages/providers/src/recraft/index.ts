import { defineProvider, isProviderError } from "@genbff/core";
import { checkConnection } from "../shared/connection.ts";
import { createFormBody } from "../shared/form-data.ts";
import { createHttp } from "../shared/http.ts";
import { toBlackAndWhite } from "../shared/mask.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { paintMasks } from "../shared/paint-masks.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { checkRequest } from "./check.ts";
import { recraftError } from "./errors.ts";
import { findRecraftModel, type RecraftModelId } from "./models.ts";
import { countOutputs, type RecraftOperation, recraftOptions } from "./options.ts";
import { routeOf } from "./route.ts";
import { readStored, toForm, toRequest } from "./to-request.ts";
import { toResult } from "./to-result.ts";

/** The vendor refuses grey, soft edges and transparency. */
const masks = { vendor: "recraft", paint: toBlackAndWhite };

/** For a mask to be painted anew, and a small answer to be read. */
const aroundMs = 20_000;

/** How to reach Recraft, and which model paints. */
export interface RecraftSettings {
  apiKey: string;
  /** Default `https://external.api.recraft.ai/v1`. */
  baseUrl?: string | undefined;
  /**
   * Paints where a request names no `model` and no style. Default `v4_1`. With `style`, `substyle` or
   * `negative_prompt` it is `v3`, as the newer ones have none of them.
   */
  model?: RecraftModelId | undefined;
  /** How long one request may take until its answer begins. Default 180,000 ms. */
  timeoutMs?: number | undefined;
}

/**
 * Recraft: pictures from words and pictures, 1 to 6 a request, edits by mask, backgrounds, upscalers and vector drawings.
 *
 * Answers are links that live for a day; their pictures are copied by the guarded fetch, without the key. The vendor takes
 * no idempotency key and cannot be asked about a lost answer: such a submission ends as `submission_unknown` and is
 * never repeated. Masks are painted anew in pure black and white. https://www.recraft.ai/docs/api-reference
 *
 * Generations that it fails end with `content_rejected`, `asset_unusable`, `provider_failed`, `provider_unavailable`
 * or `submission_unknown`.
 *
 * @throws Error - the key or the URL is unusable, or there is no such model.
 *
 * @example
 * createBff({ providers: { recraft: recraft({ apiKey: process.env.RECRAFT_API_TOKEN }) }, ...rest });
 */
export function recraft(settings: RecraftSettings) {
  const { apiKey, baseUrl = "https://external.api.recraft.ai/v1", timeoutMs = 180_000 } = settings;
  const model = findRecraftModel(settings.model ?? "v4_1").id as RecraftModelId;
  const http = createHttp(checkConnection({ vendor: "recraft", baseUrl, apiKey }));
  const offer = <Op extends RecraftOperation>(operation: Op) => ({
    parameters: recraftOptions[operation],
    outputs: countOutputs,
    check: checkRequest.bind(undefined, operation, model),
  });
  const routeOfJob = (job: { operation: string; input: Record<string, unknown> }) =>
    routeOf(job.operation as RecraftOperation, job.input, model);

  return defineProvider({
    vendor: "recraft",
    // "About 24 hours".
    outputUrlsLiveMs: 23 * 3_600_000,
    offers: {
      "text-to-image": offer("text-to-image"),
      "image-to-image": offer("image-to-image"),
      "image-inpaint": offer("image-inpaint"),
      "generate-background": offer("generate-background"),
      "replace-background": offer("replace-background"),
      "remove-background": offer("remove-background"),
      outpaint: offer("outpaint"),
      erase: offer("erase"),
      upscale: offer("upscale"),
      vectorize: offer("vectorize"),
    },
    submitTimeoutMs: timeoutMs + aroundMs,

    async prepare(job) {
      const { endpoint, model } = routeOfJob(job);
      return { request: { ...toRequest(job, endpoint, model) } };
    },

    async submit(job, prepared, { signal }) {
      const { endpoint } = routeOfJob(job);
      const request = readStored(prepared.request);
      const files = await paintMasks(job.files, masks).catch(asRefusal);
      if ("state" in files) return files;
      const answer = await http({
        purpose: "submit",
        method: "POST",
        path: request.path,
        // The vendor takes no reference of ours: this one is for whoever looks at our own traffic.
        headers: { "x-client-request-id": job.clientReference },
        ...(files.length === 0
          ? { json: request.fields }
          : { form: createFormBody(toForm(request, files, endpoint)) }),
        signal,
        answerTimeoutMs: timeoutMs,
      });
      if (!answer.ok) {
        const { status, headers } = answer;
        const body = await readErrorBody(answer);
        return refusedOrThrow(recraftError({ purpose: "submit", status, headers, body }));
      }
      return toResult(await readJson(answer), endpoint, job.outputs);
    },
  });
}

function asRefusal(error: unknown) {
  if (isProviderError(error)) return refusedOrThrow(error);
  throw error;
}
