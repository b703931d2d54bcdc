import { defineProvider } from "@genbff/core";
import { checkConnection } from "../shared/connection.ts";
import { doubted, trusted } from "../shared/doubt.ts";
import { createFormBody } from "../shared/form-data.ts";
import { createHttp } from "../shared/http.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { readErrorBody } from "../shared/read-json.ts";
import { checkRequest } from "./check.ts";
import { endOfJob, lostJob, stabilityError } from "./errors.ts";
import { imageModels, type StabilityModel } from "./models.ts";
import { type StabilityOperation, stabilityOptions } from "./options.ts";
import { creditsOf, referenceOf } from "./reference.ts";
import { routeOf } from "./route.ts";
import { readStored, toForm, toRequest } from "./to-request.ts";
import { running, tellReason, toJobId, toOutput, toRunning } from "./to-result.ts";

/** For one picture or model of tens of megabytes to arrive and to be stored. */
const readTimeoutMs = 60_000;

/** How to reach Stability AI, and which model paints from words. */
export interface StabilitySettings {
  apiKey: string;
  /** Default `https://api.stability.ai`. */
  baseUrl?: string | undefined;
  /** Paints from words where a request names no `model`. Default `core`. */
  model?: StabilityModel | undefined;
  /** How long one request may take until its answer begins. Default 180,000 ms: the larger upscalers take minutes. */
  timeoutMs?: number | undefined;
  /** How long the answer may pause once it has begun. Default 15,000 ms. */
  idleTimeoutMs?: number | undefined;
  /** Between two looks at a job, in ms. Default 10,000; the vendor punishes what is faster. Less is for tests. */
  pollMs?: number | undefined;
}

/**
 * Stability AI: pictures from words, pictures, sketches and styles, all its edits and upscalers, and 3D models.
 *
 * One output a request. Answers are raw files that go on to storage as they arrive. The vendor takes no idempotency key and
 * cannot be asked about a lost answer: such a submission ends as `submission_unknown` and is never repeated. Only
 * `replace-background` and the creative upscaler are jobs; the vendor keeps their results for 24 hours.
 * https://platform.stability.ai/docs/api-reference
 *
 * Generations that it fails end with `content_rejected`, `validation_failed`, `asset_unusable`, `provider_failed`,
 * `provider_unavailable` or `submission_unknown`.
 *
 * @throws Error - the key or the URL is unusable, or there is no such model.
 *
 * @example
 * createBff({ providers: { stability: stability({ apiKey: process.env.STABILITY_API_KEY }) }, ...rest });
 */
export function stability(settings: StabilitySettings) {
  const { apiKey, baseUrl = "https://api.stability.ai", model = "core", timeoutMs = 180_000 } = settings;
  const { pollMs = 10_000 } = settings;
  if (!imageModels.includes(model)) throw new Error(`stability: there is no model ${model}.`);
  const http = createHttp(checkConnection({ vendor: "stability", baseUrl, apiKey }));
  const idle = settings.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: settings.idleTimeoutMs };
  const offer = <Op extends StabilityOperation>(operation: Op) => ({
    parameters: stabilityOptions[operation],
    check: checkRequest.bind(undefined, operation, model),
  });
  const routeOfJob = (job: { operation: string; input: Record<string, unknown> }) =>
    routeOf(job.operation as StabilityOperation, job.input, model);

  return defineProvider({
    vendor: "stability",
    offers: {
      "text-to-image": offer("text-to-image"),
      "image-to-image": offer("image-to-image"),
      "sketch-to-image": offer("sketch-to-image"),
      "style-transfer": offer("style-transfer"),
      "remove-background": offer("remove-background"),
      "replace-background": offer("replace-background"),
      "search-and-recolor": offer("search-and-recolor"),
      "search-and-replace": offer("search-and-replace"),
      "image-inpaint": offer("image-inpaint"),
      erase: offer("erase"),
      outpaint: offer("outpaint"),
      upscale: offer("upscale"),
      "image-to-model": offer("image-to-model"),
    },
    // The file is read and stored under the same clock, after the vendor has taken all its time.
    submitTimeoutMs: timeoutMs + readTimeoutMs,

    async prepare(job) {
      return { request: { ...toRequest(job, routeOfJob(job)) } };
    },

    async submit(job, prepared, { signal, logger }) {
      const endpoint = routeOfJob(job);
      const request = readStored(prepared.request);
      const answer = await http({
        purpose: "submit",
        method: "POST",
        path: request.path,
        headers: {
          ...(endpoint.later || endpoint.model ? {} : { accept: "image/*" }),
          "stability-client-user-id": job.userReference,
          // The vendor takes no reference of ours: this one is for whoever looks at our own traffic.
          "x-client-request-id": job.clientReference,
        },
        form: createFormBody(toForm(request, job.files, endpoint)),
        signal,
        answerTimeoutMs: timeoutMs,
        ...idle,
      });
      const { status, headers } = answer;
      if (!answer.ok) {
        const body = await readErrorBody(answer);
        return refusedOrThrow(stabilityError({ purpose: "submit", status, headers, body }));
      }
      tellReason(answer, logger);
      if (!endpoint.later) return toOutput(answer, endpoint.credits);
      return running(referenceOf(await toJobId(answer), endpoint.credits), pollMs);
    },

    async check(reference, { signal, logger }) {
      const answer = await http({
        purpose: "read",
        method: "GET",
        path: `v2beta/results/${encodeURIComponent(reference.key)}`,
        headers: { accept: "image/*" },
        signal,
        ...idle,
      });
      const { status, headers } = answer;
      if (status === 202) return toRunning(answer, { reference: trusted(reference), pollMs, logger });
      tellReason(answer, logger);
      if (answer.ok) return toOutput(answer, creditsOf(reference), reference);
      const failed = { purpose: "read", status, headers, body: await readErrorBody(answer) } as const;
      const later = status === 404 ? doubted(reference, { vendor: "stability", pollMs, logger }) : undefined;
      if (later !== undefined) return later;
      const end = status === 404 ? lostJob() : endOfJob(failed);
      if (end !== undefined) return { state: "refused", error: end };
      throw stabilityError(failed);
    },
  });
}
