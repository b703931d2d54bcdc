import type { InputFile, ProviderError } from "@genbff/core";
import { brokenCall } from "../shared/transport-error.ts";
import { aiSdkError } from "./errors.ts";
import type { AiSdkCallOptions, AiSdkFile, AiSdkImageModel, AiSdkResult } from "./model.ts";

/** How long a call may go on. */
export interface CallLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Calls the model once. Whatever the SDK does with the signal, the wait ends when it is aborted.
 *
 * @returns What the model answered, or the error of an answer that says no.
 * @throws ProviderError - the outcome is open, or nothing was sent.
 */
export async function generate(
  model: AiSdkImageModel,
  call: Omit<AiSdkCallOptions, "abortSignal">,
  { signal, timeoutMs }: CallLimits,
): Promise<AiSdkResult | ProviderError> {
  if (signal.aborted) throw stopped("before it was sent", true);
  const late = AbortSignal.timeout(timeoutMs);
  const abortSignal = AbortSignal.any([signal, late]);
  const aborted = new Promise<never>((_, reject) => {
    abortSignal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
  try {
    const result = await Promise.race([model.doGenerate({ ...call, abortSignal }), aborted]);
    if (Array.isArray(result?.images)) return result;
    throw new TypeError("there are no images in the answer");
  } catch (thrown) {
    // Stopping ends the wait, not always the work, nor the bill.
    if (signal.aborted) throw stopped("while it was under way");
    if (late.aborted) throw stopped(`as there was no answer within ${timeoutMs} ms`);
    const error = aiSdkError(thrown);
    if (error.outcome === "refused" || error.outcome === "failed") return error;
    throw error;
  }
}

/** Whole, as the SDK wants them; their size was checked. */
export async function readFiles(files: readonly InputFile[]): Promise<AiSdkFile[]> {
  const read: AiSdkFile[] = [];
  for (const file of files) {
    try {
      const data = new Uint8Array(await new Response(await file.open()).arrayBuffer());
      read.push({ type: "file", mediaType: file.contentType, data });
    } catch (cause) {
      const why = "an input file could not be read";
      throw brokenCall({ vendor: "ai-sdk", purpose: "submit", why, notSent: true, cause });
    }
  }
  return read;
}

function stopped(why: string, notSent = false): ProviderError {
  return brokenCall({ vendor: "ai-sdk", purpose: "submit", why: `stopped ${why}`, notSent });
}
