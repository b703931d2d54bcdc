import { defineModel, type ModelOffers, type ModelParameters, offerOf } from "../any-model/offer.ts";
import { operationOf } from "../any-model/operation-of.ts";
import { checkConnection } from "../shared/connection.ts";
import { doubted, trusted } from "../shared/doubt.ts";
import { createHttp } from "../shared/http.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { addressFor } from "../shared/webhook-address.ts";
import { callReplicate } from "./call.ts";
import { lostPrediction, usualModeration } from "./errors.ts";
import { lookup } from "./lookup.ts";
import { bodyOf, parseModel } from "./model.ts";
import { openOwn } from "./open-own.ts";
import { prepare, readStored } from "./prepare.ts";
import { referenceOf } from "./reference.ts";
import { toResult } from "./to-result.ts";
import { createVerifier } from "./webhook.ts";
import { createdSchema, predictionSchema } from "./wire.ts";

export type {
  ModelFile,
  ModelJob,
  ModelOffer,
  ModelOffers,
  ModelOutput,
  ModelParameters,
  ModelRun,
} from "../any-model/offer.ts";

/** How to reach Replicate, and what a model there is offered for. */
export interface ReplicateSettings<Offered extends ModelParameters> {
  /** `r8_…`. */
  apiKey: string;
  /** Operation → what a browser may choose, and how it becomes the model's own input. */
  offers: ModelOffers<Offered>;
  /** How the model words a refusal by its filter, in the `error` of a failed prediction. Default: the usual words. */
  moderation?: RegExp | undefined;
  /** `whsec_…`. Default: asked for with the key, once a day. */
  webhookSecret?: string | undefined;
  /** Default `https://api.replicate.com/v1`. */
  baseUrl?: string | undefined;
  /** Time between two looks at a prediction. Default 2,000 ms. */
  pollMs?: number | undefined;
  /** How long one call may take until its answer begins. Default 30,000 ms. */
  timeoutMs?: number | undefined;
  /**
   * How long after the intent an empty search proves that nothing was bought. Default `timeoutMs` + 30 s, so that no
   * request can still be under way when the proof is used to send it again.
   */
  lookupSettleMs?: number | undefined;
}

/**
 * Any model of Replicate: `owner/name`, `owner/name:version`, a version, or `deployments/owner/name`.
 *
 * The vendor takes no idempotency key, but lists predictions: a submission whose answer got lost is found by `lookup`
 * within the hour for which inputs are kept, or told by webhook. Input files are uploaded before the intent. Results
 * are deleted after an hour; they are copied as soon as the prediction has succeeded.
 *
 * Generations that it fails end with `content_rejected`, `asset_unusable`, `provider_failed`, `provider_unavailable`,
 * `provider_timeout`, `output_unavailable` or `submission_unknown`. https://replicate.com/docs/reference/http
 *
 * @throws Error - the model, the key or the URL is unusable, or nothing is offered.
 *
 * @example
 * replicate("black-forest-labs/flux-schnell", {
 *   apiKey: process.env.REPLICATE_API_TOKEN,
 *   offers: {
 *     "text-to-image": {
 *       parameters: z.strictObject({ seed: z.int().optional() }),
 *       input: (job) => ({ prompt: job.prompt, seed: job.parameters.seed }),
 *     },
 *   },
 * });
 */
export function replicate<const Offered extends ModelParameters>(
  model: string,
  settings: ReplicateSettings<Offered>,
) {
  const { apiKey, offers, pollMs = 2_000, timeoutMs = 30_000, moderation = usualModeration } = settings;
  const { baseUrl = "https://api.replicate.com/v1", webhookSecret } = settings;
  if (webhookSecret !== undefined && !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(webhookSecret))
    throw new Error("replicate: webhookSecret must look like whsec_….");
  const settleMs = settings.lookupSettleMs ?? timeoutMs + 30_000;
  const wanted = parseModel(model);
  const connection = checkConnection({ vendor: "replicate", baseUrl, apiKey });
  const http = createHttp(connection);
  const verifyWebhook = createVerifier({ http, secret: webhookSecret, operations: Object.keys(offers) });

  return defineModel("replicate", offers, {
    vendor: "replicate",
    // An hour from the end of the job, which was a while ago when it is heard of.
    outputUrlsLiveMs: 50 * 60_000,
    submitTimeoutMs: timeoutMs + 5_000,

    prepare: (job, { signal }) => prepare(http, offerOf(offers, job.operation), job, signal),

    async submit(job, prepared, { signal }) {
      const { operation, input } = readStored(prepared.request);
      const webhook =
        job.webhookUrl === undefined
          ? {}
          : { webhook: addressFor(job.webhookUrl, operation), webhook_events_filter: ["completed"] };
      const answer = await callReplicate(http, {
        purpose: "submit",
        method: "POST",
        path: wanted.path,
        headers: { "x-request-id": job.clientReference },
        json: { ...bodyOf(wanted, input), ...webhook },
        signal,
        answerTimeoutMs: timeoutMs,
      });
      if (!answer.ok) return refusedOrThrow(answer.error);
      const created = createdSchema.safeParse(answer.body);
      if (!created.success)
        throw brokenCall({ vendor: "replicate", purpose: "submit", why: "no id in the answer" });
      const reference = referenceOf(created.data.id, operation);
      return { state: "running", reference, pollAfterMs: pollMs, stage: "Waiting for its turn" };
    },

    async check(reference, { signal, logger }) {
      const path = `predictions/${encodeURIComponent(reference.key)}`;
      const call = { purpose: "read", method: "GET", path, signal, answerTimeoutMs: timeoutMs } as const;
      const answer = await callReplicate(http, call);
      if (!answer.ok) {
        if (answer.status === 404)
          return (
            doubted(reference, { vendor: "replicate", pollMs, logger }) ?? {
              state: "refused",
              error: lostPrediction(),
            }
          );
        throw answer.error;
      }
      const prediction = predictionSchema.safeParse(answer.body);
      if (!prediction.success)
        throw brokenCall({ vendor: "replicate", purpose: "read", why: "the prediction cannot be read" });
      return toResult(prediction.data, {
        reference: trusted(reference),
        offer: offerOf(offers, operationOf(reference, offers)),
        pollMs,
        moderation,
        logger,
        openOwn: openOwn(http, connection.baseUrl, signal),
      });
    },

    lookup: (lost, { signal }) =>
      lookup(lost, { http, baseUrl: connection.baseUrl, model: wanted, signal, settleMs }),

    async cancel(reference, { signal }) {
      const path = `predictions/${encodeURIComponent(reference.key)}/cancel`;
      const call = { purpose: "read", method: "POST", path, signal, answerTimeoutMs: timeoutMs } as const;
      const answer = await callReplicate(http, call);
      const status = answer.ok ? predictionSchema.safeParse(answer.body).data?.status : undefined;
      return status === "canceled" || status === "aborted";
    },

    verifyWebhook,
  });
}
