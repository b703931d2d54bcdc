import { defineProvider } from "@genbff/core";
import { checkConnection } from "../shared/connection.ts";
import { createHttp } from "../shared/http.ts";
import { createJsonBody } from "../shared/json-body.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { seedreamError } from "./errors.ts";
import { findSeedreamModel } from "./models.ts";
import { checkOptions, countOutputs, imageOptions } from "./options.ts";
import { readSeries } from "./read-series.ts";
import { toRequest, withPictures } from "./to-request.ts";
import { toResult } from "./to-result.ts";

/** For the other pictures of a series, after the first has come. */
const seriesTimeoutMs = 600_000;

/** How to reach Seedream, and which model draws. */
export interface SeedreamSettings {
  /** Of BytePlus ModelArk or Volcengine Ark. Works in one region only. */
  apiKey: string;
  /**
   * Default `https://ark.ap-southeast.bytepluses.com/api/v3`. Europe: `https://ark.eu-west.bytepluses.com/api/v3`,
   * mainland China: `https://ark.cn-beijing.volces.com/api/v3`.
   */
  baseUrl?: string | undefined;
  /** Default `seedream-4-5-251128`. An endpoint `ep-…`, or one that this version does not know, is sent as it is. */
  model?: string | undefined;
  /** How long one request may take until its answer begins, which is when the first picture is done. Default 240,000 ms. */
  timeoutMs?: number | undefined;
  /** How long the answer may pause once it has begun: a series makes its next picture then. Default 120,000 ms. */
  idleTimeoutMs?: number | undefined;
}

/**
 * ByteDance's Seedream: `text-to-image`, and `image-to-image` from one picture or several.
 *
 * `n` is a series of related pictures, 2 to 15 with those that were given. The model may make fewer or refuse some; each
 * missing one has its reason, and those that came are delivered. Pictures come as links that live for a day and carry no
 * watermark. The vendor answers at once, takes no idempotency key and cannot be asked about a lost answer: such a
 * submission ends as `submission_unknown` and is never repeated.
 *
 * Generations that it fails end with `content_rejected`, `validation_failed`, `asset_unusable`, `provider_failed`,
 * `provider_unavailable` or `submission_unknown`. https://docs.byteplus.com/en/docs/ModelArk/1541523
 *
 * @throws Error - the key or the URL is unusable.
 *
 * @example
 * createBff({ providers: { seedream: seedream({ apiKey: process.env.ARK_API_KEY }) }, ...rest });
 */
export function seedream(settings: SeedreamSettings) {
  const { apiKey, baseUrl = "https://ark.ap-southeast.bytepluses.com/api/v3" } = settings;
  const { model = "seedream-4-5-251128", timeoutMs = 240_000, idleTimeoutMs = 120_000 } = settings;
  const http = createHttp(checkConnection({ vendor: "seedream", baseUrl, apiKey }));
  const check = checkOptions.bind(undefined, findSeedreamModel(model));
  const offer = { parameters: imageOptions, outputs: countOutputs, check };

  return defineProvider({
    vendor: "seedream",
    outputUrlsLiveMs: 24 * 3_600_000,
    offers: { "text-to-image": offer, "image-to-image": offer },
    submitTimeoutMs: timeoutMs + seriesTimeoutMs,

    async prepare(job) {
      return { request: toRequest(job, model) };
    },

    async submit(job, { request }, { signal, report, logger }) {
      const answer = await http({
        purpose: "submit",
        method: "POST",
        path: "images/generations",
        ...(job.files.length === 0
          ? { json: request }
          : { form: createJsonBody(withPictures(request, job.files)) }),
        signal,
        answerTimeoutMs: timeoutMs,
        idleTimeoutMs,
      });
      const { status, headers, ok } = answer;
      if (!ok) {
        const body = await readErrorBody(answer);
        return refusedOrThrow(seedreamError({ purpose: "submit", status, headers, body }));
      }
      const isStream = headers.get("content-type")?.includes("text/event-stream") ?? false;
      if (isStream) return readSeries(answer, { outputsMax: job.outputs, report, logger });
      return toResult(await readJson(answer), headers, job.outputs);
    },
  });
}
