import {
  type JobReference,
  type JsonValue,
  type ProviderAnswer,
  ProviderError,
  type ProviderErrorOptions,
  type ProviderFailure,
  type ProviderOutput,
} from "@genbff/core";
import { findOutputs, isEmpty, isWebUrl, withFlags } from "./find-outputs.ts";
import type { AnyModelOffer, ModelOutput } from "./offer.ts";

/** A model's run that succeeded. */
export interface FinishedRun {
  readonly vendor: string;
  readonly reference: JobReference;
  readonly offer: AnyModelOffer;
  readonly output: JsonValue | undefined;
  readonly seconds: number | undefined;
  /** Opens files that only our key can read. Undefined for every other: core fetches them. */
  readonly openOwn?: (url: string) => ReadableStream<Uint8Array> | undefined;
}

/**
 * What a finished run delivers.
 *
 * @throws ProviderError `provider_failed` - outcome `not_sent`, for the operator: there is something, and the offer's
 * `result` does not find it. The paid job is asked for again until the offer was mended or its time is up.
 */
export function toAnswer(run: FinishedRun): ProviderAnswer {
  const { vendor, reference, output = null } = run;
  const cost = costOf(run, output);
  const found = locate(run, output);
  if (found.length === 0 && isEmpty(output)) {
    return refused("provider_failed", `${vendor}: the job ended without an output`, { cost });
  }
  const unusable = found.some((one) => "url" in one && !isWebUrl(one.url));
  if (found.length === 0 || unusable) throw notUnderstood(vendor);
  if (found.every((one) => "rejected" in one || "missing" in one)) {
    return refused("content_rejected", `${vendor}: the model's own filter withheld the outputs`, {
      cost,
      details: { stage: "output" },
    });
  }
  const { outputs, failures } = sortOut(run, found);
  return {
    state: "done",
    reference,
    outputs,
    ...(failures.length === 0 ? {} : { failures }),
    ...(cost === undefined ? {} : { cost }),
  };
}

function locate({ vendor, offer }: FinishedRun, output: JsonValue): readonly ModelOutput[] {
  if (offer.result === undefined) return findOutputs(output);
  try {
    return withFlags(output, offer.result(output));
  } catch (cause) {
    throw notUnderstood(vendor, cause);
  }
}

/** Core takes streams or URLs, not both in one answer: where some need our key, the others must be fetched later. */
function sortOut({ openOwn }: FinishedRun, found: readonly ModelOutput[]) {
  const outputs: ProviderOutput[] = [];
  const failures: ProviderFailure[] = [];
  const streams = found.map((one) => ("url" in one ? openOwn?.(one.url) : undefined));
  const allOwn = found.every((one, index) => !("url" in one) || streams[index] !== undefined);
  for (const [index, one] of found.entries()) {
    const stream = streams[index];
    if ("rejected" in one) failures.push({ index, code: "content_rejected" });
    else if ("missing" in one) failures.push({ index, code: "provider_failed" });
    else if (!("url" in one)) outputs.push({ index, source: { json: one.json }, ...noted(one) });
    else if (stream === undefined) outputs.push({ index, source: { url: one.url }, ...noted(one) });
    else if (allOwn) outputs.push({ index, source: { stream }, ...noted(one) });
    else failures.push({ index, code: "output_unavailable" });
  }
  return { outputs, failures };
}

function noted({ metadata }: { metadata?: ProviderOutput["metadata"] }) {
  return metadata === undefined ? {} : { metadata };
}

/** The books are no reason to lose an output: a price that cannot be told is left out. */
function costOf({ offer, seconds }: FinishedRun, output: JsonValue) {
  if (offer.cost === undefined)
    return seconds === undefined ? undefined : { unit: "seconds", amount: seconds };
  try {
    return offer.cost({ output, seconds });
  } catch {
    return undefined;
  }
}

function refused(
  code: "provider_failed" | "content_rejected",
  message: string,
  more: Pick<ProviderErrorOptions, "cost" | "details">,
): ProviderAnswer {
  return { state: "refused", error: new ProviderError(code, { outcome: "failed", message, ...more }) };
}

function notUnderstood(vendor: string, cause?: unknown): ProviderError {
  return new ProviderError("provider_failed", {
    outcome: "not_sent",
    message: `${vendor}: the outputs were not found in what the model gave; name them with the offer's \`result\``,
    operator: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
