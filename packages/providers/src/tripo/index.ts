import { defineProvider, type ProviderContext, type WebhookRequest } from "@genbff/core";
import { checkConnection } from "../shared/connection.ts";
import { doubted, trusted } from "../shared/doubt.ts";
import { createHttp } from "../shared/http.ts";
import { refusedOrThrow } from "../shared/outcome.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callTripo } from "./call.ts";
import { lostTask } from "./errors.ts";
import { lookup } from "./lookup.ts";
import { findTripoModel } from "./models.ts";
import { checkOptions, imageToModelOptions, textToModelOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { referenceOf } from "./reference.ts";
import { readStored } from "./to-request.ts";
import { toResult } from "./to-result.ts";
import { verifyWebhook } from "./webhook.ts";
import { createdSchema, taskSchema } from "./wire.ts";
import { checkConversion, checkRefinement, convertModelOptions, refineModelOptions } from "./work-options.ts";

/** How to reach Tripo, and which model shapes. */
export interface TripoSettings {
  /** `tsk_…`. Works in one region only. */
  apiKey: string;
  /** Default `https://openapi.tripo3d.ai/v3`. Mainland China: `https://openapi.tripo3d.com/v3`. */
  baseUrl?: string | undefined;
  /** Used where a request names no `model_version`. Default `v3.1`. The vendor's own ids are taken too; a retired one is refused. */
  model?: string | undefined;
  /** Time between two looks at a task. Default 3,000 ms; the vendor asks for 2 to 5 s. */
  pollMs?: number | undefined;
  /** How long one call may take until its answer begins. Default 30,000 ms. */
  timeoutMs?: number | undefined;
  /**
   * How long after the intent an empty search proves that nothing was bought. Default `timeoutMs` + 15 s, so that
   * no request can still be under way when the proof is used to send it again.
   */
  lookupSettleMs?: number | undefined;
  /** How long the vendor may take to read a model that was brought along, before anything is bought. Default 300,000 ms. */
  importTimeoutMs?: number | undefined;
  /**
   * `whsec_…`, from the vendor's console, where `await bff.webhookUrl("tripo")` is registered for `task.completed` and
   * `task.failed`. Without it polling alone moves a task.
   */
  webhookSecret?: string | undefined;
}

/**
 * Tripo's 3D models: `text-to-model`, `image-to-model` from one picture or from 2 to 4 views, `sketch-to-model`; and work
 * on a model that was made here or brought along: `refine-model`, which is a new surface, and `convert-model`.
 *
 * The vendor takes no idempotency key and cannot cancel, but its account lists what was bought: a submission whose
 * answer got lost is found by `lookup`. Files are uploaded before the intent. Links to results die within a
 * minute; `check` makes fresh ones.
 *
 * Generations that it fails end with `content_rejected`, `validation_failed`, `asset_unusable`, `provider_failed`,
 * `provider_unavailable`, `provider_timeout` or `submission_unknown`. https://developers.tripo3d.ai/en/docs
 *
 * @throws Error - the key or the URL is unusable, the model is retired, or `webhookSecret` is empty.
 *
 * @example
 * createBff({ providers: { tripo: tripo({ apiKey: process.env.TRIPO_API_KEY }) }, ...rest });
 */
export function tripo(settings: TripoSettings) {
  const { apiKey, baseUrl = "https://openapi.tripo3d.ai/v3", pollMs = 3_000, timeoutMs = 30_000 } = settings;
  const { importTimeoutMs = 300_000, webhookSecret } = settings;
  if (webhookSecret === "") throw new Error("tripo: webhookSecret is empty.");
  const settleMs = settings.lookupSettleMs ?? timeoutMs + 15_000;
  if (apiKey.startsWith("tcli_"))
    throw new Error("tripo: this apiKey is a client id; the key begins with tsk_.");
  const model = findTripoModel(settings.model ?? "v3.1").id;
  const http = createHttp(checkConnection({ vendor: "tripo", baseUrl, apiKey }));
  const check = checkOptions.bind(undefined, model);

  return defineProvider({
    vendor: "tripo",
    // The sources say a minute, five, or a day: the shortest holds.
    outputUrlsLiveMs: 60_000,
    offers: {
      "text-to-model": { parameters: textToModelOptions, check },
      "image-to-model": { parameters: imageToModelOptions, check },
      // The vendor has no way of its own for drawings: a sketch is a picture.
      "sketch-to-model": { parameters: imageToModelOptions, check },
      "refine-model": { parameters: refineModelOptions, check: checkRefinement },
      "convert-model": { parameters: convertModelOptions, check: checkConversion },
    },
    // A little more than our own, so that the more precise of the two ends the call.
    submitTimeoutMs: timeoutMs + 5_000,

    prepare: (job, { signal, logger }) =>
      prepare(job, model, { http, signal, logger, pollMs, importTimeoutMs }),

    async submit(job, prepared, { signal }) {
      const request = readStored(prepared.request);
      const answer = await callTripo(http, {
        purpose: "submit",
        method: "POST",
        path: request.path,
        headers: { "x-request-id": job.clientReference },
        json: request.body,
        signal,
        answerTimeoutMs: timeoutMs,
      });
      if (!answer.ok) return refusedOrThrow(answer.error);
      const created = createdSchema.safeParse(answer.data);
      if (!created.success)
        throw brokenCall({ vendor: "tripo", purpose: "submit", why: "no id in the answer" });
      const reference = referenceOf(created.data.task_id, request);
      return {
        state: "running",
        reference,
        pollAfterMs: pollMs,
        progress: 0,
        stage: "Waiting for its turn",
      };
    },

    async check(reference, { signal, logger }) {
      const path = `tasks/${encodeURIComponent(reference.key)}`;
      const call = { purpose: "read", method: "GET", path, signal, answerTimeoutMs: timeoutMs } as const;
      const answer = await callTripo(http, call);
      if (!answer.ok) {
        if (answer.notFound)
          return (
            doubted(reference, { vendor: "tripo", pollMs, logger }) ?? { state: "refused", error: lostTask() }
          );
        throw answer.error;
      }
      const task = taskSchema.safeParse(answer.data);
      if (!task.success)
        throw brokenCall({ vendor: "tripo", purpose: "read", why: "the task cannot be read" });
      return toResult(task.data, { reference: trusted(reference), pollMs, logger });
    },

    lookup: (lost, { signal }) => lookup(lost, { http, signal, settleMs }),

    ...(webhookSecret === undefined
      ? {}
      : {
          verifyWebhook: (request: WebhookRequest, context: ProviderContext) =>
            verifyWebhook(webhookSecret, request, context),
        }),
  });
}
