import type { ProviderAnswer, ProviderError, ProviderJob, ProviderPort, SubmitContext } from "@genbff/core";
import { isProviderError } from "@genbff/core";

/** How a purchase went, as core would see it. */
export interface Purchase {
  readonly answer?: ProviderAnswer;
  /** The outputs' bytes as text, by index. */
  readonly outputs: Record<number, string>;
  readonly error?: ProviderError;
}

/** Prepares, submits and reads every output, the way core does. Anything thrown that is no `ProviderError` passes. */
export async function buy(
  provider: ProviderPort,
  job: ProviderJob,
  context: SubmitContext,
): Promise<Purchase> {
  const outputs: Record<number, string> = {};
  try {
    const prepared = await provider.prepare(job, context);
    // Through the database and back, as between the intent and the submission.
    const answer = await provider.submit(job, JSON.parse(JSON.stringify(prepared)), context);
    if (answer.state === "refused") return { answer, outputs, error: answer.error };
    if (answer.state === "running") return { answer, outputs };
    for await (const { index, source } of answer.outputs) {
      if ("url" in source) outputs[index] = source.url;
      else if ("json" in source) outputs[index] = JSON.stringify(source.json);
      else outputs[index] = await new Response(source.stream).text();
    }
    return { answer, outputs };
  } catch (error) {
    if (isProviderError(error)) return { outputs, error };
    throw error;
  }
}

/** The `ProviderError` that a promise ends with, returned or thrown. */
export async function failureOf(answer: Promise<unknown>): Promise<ProviderError> {
  try {
    const value = await answer;
    if (isRefusal(value)) return value.error;
  } catch (error) {
    if (isProviderError(error)) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}

function isRefusal(value: unknown): value is { error: ProviderError } {
  return (value as { state?: unknown } | undefined)?.state === "refused";
}
