import type { JobReference, Logger, ProviderAnswer } from "@genbff/core";
import type { AnyModelOffer } from "../any-model/offer.ts";
import { toAnswer } from "../any-model/to-answer.ts";
import { slug } from "../shared/status-error.ts";
import { ended, failedPrediction } from "./errors.ts";
import type { Prediction } from "./wire.ts";

/** How a prediction is read. */
export interface Reading {
  readonly reference: JobReference;
  readonly offer: AnyModelOffer;
  readonly pollMs: number;
  readonly moderation: RegExp;
  readonly logger: Logger;
  readonly openOwn: (url: string) => ReadableStream<Uint8Array> | undefined;
}

const statusWords = ["starting", "processing", "succeeded", "failed", "canceled", "aborted"] as const;
type StatusWord = (typeof statusWords)[number];

/** What the vendor says of a prediction, in our words. */
export function toResult(prediction: Prediction, reading: Reading): ProviderAnswer {
  const { reference, pollMs, logger } = reading;
  const running = { state: "running", reference, pollAfterMs: pollMs } as const;
  const { status } = prediction;
  if (!isStatusWord(status)) {
    // A word of tomorrow ends nothing: a paid prediction must not be given up.
    logger.warn({ provider: "replicate", status: slug(status) ?? "unreadable" }, "unknown prediction status");
    return running;
  }
  switch (status) {
    case "starting":
      // A model that nobody has asked for a while takes minutes to wake up.
      return { ...running, stage: "Waiting for its turn" };
    case "processing":
      return { ...running, stage: "Working on it" };
    case "succeeded":
      return succeeded(prediction, reading);
    case "failed":
      return { state: "refused", error: failedPrediction(prediction, reading.moderation) };
    case "canceled":
      return { state: "refused", error: ended("cancelled", "the prediction was canceled") };
    case "aborted":
      return { state: "refused", error: ended("provider_timeout", "the prediction never started") };
    default:
      return status satisfies never;
  }
}

function succeeded(prediction: Prediction, { reference, offer, openOwn }: Reading): ProviderAnswer {
  // Everything is deleted an hour after the end.
  if (prediction.data_removed === true && prediction.output == null) {
    return { state: "refused", error: ended("output_unavailable", "the output was deleted") };
  }
  const { output, metrics } = prediction;
  return toAnswer({ vendor: "replicate", reference, offer, output, seconds: metrics?.predict_time, openOwn });
}

function isStatusWord(word: string): word is StatusWord {
  return (statusWords as readonly string[]).includes(word);
}
