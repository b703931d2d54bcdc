import { defineModel, type ModelOffers, type ModelParameters, offerOf } from "../any-model/offer.ts";
import { operationOf } from "../any-model/operation-of.ts";
import { checkConnection } from "../shared/connection.ts";
import { createHttp } from "../shared/http.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { addressFor } from "../shared/webhook-address.ts";
import { check } from "./check.ts";
import { parseEndpoint } from "./endpoint.ts";
import { falError } from "./errors.ts";
import { prepare, readStored } from "./prepare.ts";
import { pathFrom, pathOf, referenceOf } from "./reference.ts";
import { createVerifier } from "./webhook.ts";
import { cancelSchema, submittedSchema } from "./wire.ts";

export type {
  ModelFile,
  ModelJob,
  ModelOffer,
  ModelOffers,
  ModelOutput,
  ModelParameters,
  ModelRun,
} from "../any-model/offer.ts";

/** How to reach fal, and what a model there is offered for. */
export interface FalSettings<Offered extends ModelParameters> {
  /** `FAL_KEY` as it is, e.g. `<id>:<secret>`. */
  apiKey: string;
  /** Operation → what a browser may choose, and how it becomes the model's own input. */
  offers: ModelOffers<Offered>;
  /** The account's id. With it, webhooks that fal signed for other accounts are refused. */
  webhookUserId?: string | undefined;
  /** The queue. Default `https://queue.fal.run`. */
  baseUrl?: string | undefined;
  /** Uploads and public keys. Default `https://rest.fal.ai`. */
  restUrl?: string | undefined;
  /** Time between two looks at a request. Default 2,000 ms. */
  pollMs?: number | undefined;
  /** How long one call may take until its answer begins. Default 30,000 ms. */
  timeoutMs?: number | undefined;
}

/**
 * Any model of fal.ai, through its queue.
 *
 * The vendor takes no idempotency key and lists no requests: a submission whose answer got lost is adopted from its
 * webhook, where the server has a public address, and is an orphan otherwise. Input files are uploaded before the
 * intent. Requests that run already may go on after they were cancelled; then they are delivered and paid.
 *
 * Generations that it fails end with `content_rejected`, `validation_failed`, `asset_unusable`, `provider_failed`,
 * `provider_unavailable`, `provider_timeout` or `submission_unknown`.
 * https://docs.fal.ai/model-apis/model-endpoints/queue
 *
 * @throws Error - the endpoint, the key or a URL is unusable, or nothing is offered.
 *
 * @example
 * fal("fal-ai/flux/dev", {
 *   apiKey: process.env.FAL_KEY,
 *   offers: {
 *     "text-to-image": {
 *       parameters: z.strictObject({ seed: z.int().optional() }),
 *       input: (job) => ({ prompt: job.prompt, num_images: 1, seed: job.parameters.seed }),
 *     },
 *   },
 * });
 */
export function fal<const Offered extends ModelParameters>(endpoint: string, settings: FalSettings<Offered>) {
  const { apiKey, offers, webhookUserId, pollMs = 2_000, timeoutMs = 30_000 } = settings;
  const place = parseEndpoint(endpoint);
  const auth = { header: "authorization", scheme: "Key" };
  const { baseUrl = "https://queue.fal.run", restUrl = "https://rest.fal.ai" } = settings;
  const queue = checkConnection({ vendor: "fal", baseUrl, apiKey, auth });
  const rest = checkConnection({ vendor: "fal", baseUrl: restUrl, apiKey, auth });
  const http = createHttp(queue);
  const storage = { http: createHttp(rest), restUrl: rest.baseUrl };
  const verifyWebhook = createVerifier({
    http: createHttp({ ...rest, apiKey: "" }),
    userId: webhookUserId,
    operations: Object.keys(offers),
  });

  return defineModel("fal", offers, {
    vendor: "fal",
    submitTimeoutMs: timeoutMs + 5_000,

    prepare: (job, { signal }) => prepare(storage, offerOf(offers, job.operation), job, signal),

    async submit(job, prepared, { signal }) {
      const { operation, input } = readStored(prepared.request);
      const address = job.webhookUrl === undefined ? undefined : addressFor(job.webhookUrl, operation);
      const query = address === undefined ? "" : `?fal_webhook=${encodeURIComponent(address)}`;
      const answer = await http({
        purpose: "submit",
        method: "POST",
        path: `${place.submit}${query}`,
        headers: { "x-request-id": job.clientReference },
        json: input,
        signal,
        answerTimeoutMs: timeoutMs,
      });
      const { status, headers } = answer;
      if (!answer.ok) {
        const fields = Object.keys(offerOf(offers, operation).parameters.shape).concat("prompt");
        const body = await readErrorBody(answer);
        return refusedOrThrow(falError({ purpose: "submit", status, headers, body }, fields));
      }
      const taken = submittedSchema.safeParse(await readJson(answer));
      if (!taken.success) throw brokenCall({ vendor: "fal", purpose: "submit", why: "no id in the answer" });
      const path = pathFrom(taken.data.response_url, queue.baseUrl);
      const reference = referenceOf(taken.data.request_id, operation, path);
      return { state: "running", reference, pollAfterMs: pollMs, stage: "Waiting for its turn" };
    },

    check: (reference, context) => {
      const offer = offerOf(offers, operationOf(reference, offers));
      return check({ http, reference, path: pathOf(reference, place), offer, pollMs, timeoutMs }, context);
    },

    async cancel(reference, { signal }) {
      const path = `${pathOf(reference, place)}/cancel`;
      const answer = await http({ purpose: "read", method: "PUT", path, signal, answerTimeoutMs: timeoutMs });
      // "Requested" may still finish and be billed: only a request that never left the queue is surely stopped.
      const said = cancelSchema.safeParse(await readErrorBody(answer)).data?.status;
      return answer.ok && said === "OK";
    },

    verifyWebhook,
  });
}
