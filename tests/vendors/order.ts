import type {
  Draft,
  JobReference,
  Provider,
  ProviderAnswer,
  ProviderError,
  ProviderJob,
  SubmitContext,
} from "@genbff/core";
import { isProviderError } from "@genbff/core";

/** How an order went until its vendor was done with it. */
export interface Ordered {
  readonly job: ProviderJob;
  /** Where the vendor took the job and makes it in its own time. */
  readonly taken?: JobReference;
  readonly answer?: Exclude<ProviderAnswer, { state: "running" }>;
  readonly error?: ProviderError;
}

/** How an order went, from its first upload to its last byte. */
export interface Order extends Ordered {
  /** The outputs' bytes, by index. */
  readonly outputs: ReadonlyMap<number, Uint8Array>;
}

const pauseMs = 20;
/** Looks that may fail before an order is given up: core would go on for an hour. */
const failedLooksMax = 5;

/** Prepares, submits and looks until it is over, the way core does. */
export async function place(
  provider: Provider<object>,
  job: ProviderJob,
  context: SubmitContext,
): Promise<Ordered> {
  try {
    const prepared = await provider.prepare(job, context);
    // Through the database and back, as between the intent and the submission.
    const first = await provider.submit(job, JSON.parse(JSON.stringify(prepared)), context);
    const answer = await untilOver(provider, first, context);
    return {
      job,
      answer,
      ...(first.state === "running" ? { taken: first.reference } : {}),
      ...(answer.state === "refused" ? { error: answer.error } : {}),
    };
  } catch (error) {
    if (isProviderError(error)) return { job, error };
    throw error;
  }
}

/** Places an order and reads every output. */
export async function order(
  provider: Provider<object>,
  job: ProviderJob,
  context: SubmitContext,
): Promise<Order> {
  const placed = await place(provider, job, context);
  const outputs = new Map<number, Uint8Array>();
  if (placed.answer?.state !== "done") return { ...placed, outputs };
  try {
    for await (const { index, source } of placed.answer.outputs) {
      if ("json" in source) outputs.set(index, new TextEncoder().encode(JSON.stringify(source.json)));
      else if ("stream" in source) outputs.set(index, await new Response(source.stream).bytes());
      else outputs.set(index, await download(source.url));
    }
    return { ...placed, outputs };
  } catch (error) {
    if (isProviderError(error)) return { ...placed, outputs, error };
    throw error;
  }
}

/** Looks until the job is over. A look that failed is repeated, as the job may live. */
async function untilOver(
  provider: Provider<object>,
  first: ProviderAnswer,
  context: SubmitContext,
): Promise<Exclude<ProviderAnswer, { state: "running" }>> {
  let answer = first;
  let failed = 0;
  while (answer.state === "running") {
    if (provider.check === undefined) throw new Error("It runs, and nobody can look at it.");
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    try {
      answer = await provider.check(answer.reference, context);
    } catch (error) {
      failed += 1;
      if (!isProviderError(error) || error.outcome !== "not_sent" || failed >= failedLooksMax) throw error;
    }
  }
  return answer;
}

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The output answers with ${response.status}.`);
  return response.bytes();
}

/** The draft that a finished order makes for the next one. */
export function draftOf({ job, answer }: Order): Draft {
  if (answer?.state !== "done" || answer.reference === undefined) throw new Error("It was not made.");
  const { generationId, operation } = job;
  return { field: "draft_generation_id", generationId, operation, job: answer.reference };
}
