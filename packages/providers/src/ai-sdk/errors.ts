import { ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@genbff/core";
import { type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { brokenCall, classifyTransport } from "../shared/transport-error.ts";

/** What we read of an error of the SDK. Never `requestBodyValues`: it holds the prompt and the pictures. */
interface SdkError {
  readonly name?: unknown;
  readonly statusCode?: unknown;
  readonly responseHeaders?: unknown;
  readonly responseBody?: unknown;
  readonly data?: unknown;
  readonly lastError?: unknown;
}

const moderated =
  /moderation|content_policy|content_filter|safety|sensitive|nsfw|prohibited|image_generation_user_error/i;
const broke = /insufficient_quota|billing|insufficient_credit|account_?overdue|overdue_?balance/i;

/** Thrown before anything is sent: what to tell, and whether the operator can mend it. */
const beforeSending: Record<string, Omit<ProviderErrorOptions, "message"> & { code: ProviderErrorCode }> = {
  AI_LoadAPIKeyError: { code: "provider_unavailable", outcome: "refused", operator: true },
  AI_LoadSettingError: { code: "provider_unavailable", outcome: "refused", operator: true },
  AI_NoSuchModelError: { code: "provider_unavailable", outcome: "refused", operator: true },
  AI_NoSuchProviderReferenceError: { code: "provider_unavailable", outcome: "refused", operator: true },
  AI_UnsupportedModelVersionError: { code: "provider_unavailable", outcome: "refused", operator: true },
  AI_UnsupportedFunctionalityError: { code: "provider_failed", outcome: "refused", operator: true },
  AI_InvalidArgumentError: { code: "provider_failed", outcome: "refused", operator: true },
  AI_InvalidPromptError: { code: "validation_failed", outcome: "refused", details: { field: "prompt" } },
};

/**
 * Classes what `doGenerate` threw, by its shape: several copies of the SDK may live side by side.
 *
 * An answer with a status is classed by it. A connection that failed is `not_sent` only where that is certain. The
 * SDK's own `isRetryable` decides nothing: it is true of requests that were sent, and paid for.
 */
export function aiSdkError(thrown: unknown): ProviderError {
  const error = unwrap(thrown);
  const name = typeof error.name === "string" ? error.name : "";
  const early = Object.hasOwn(beforeSending, name) ? beforeSending[name] : undefined;
  if (early !== undefined) {
    const { code, ...options } = early;
    return new ProviderError(code, { ...options, message: `ai-sdk: ${name}` });
  }
  // The picture was made, and could not be fetched by the SDK: there is no second way to it.
  if (name === "AI_DownloadError") return failed("output_unavailable", name);
  if (name === "AI_InvalidResponseDataError" && isEndedJob(error.data))
    return failed("provider_failed", name);
  if (typeof error.statusCode === "number") return byStatus(error, error.statusCode, name);
  if (name !== "AI_APICallError") return lost(name);
  // The cause alone goes on: the error itself holds the request.
  const { outcome } = classifyTransport(error, { vendor: "ai-sdk", purpose: "submit" });
  return lost(name, outcome === "not_sent");
}

function byStatus(error: SdkError, status: number, name: string): ProviderError {
  const body = bodyOf(error);
  const words = codesIn(body);
  const headers = new Headers();
  for (const [header, value] of Object.entries(Object(error.responseHeaders) as object))
    if (typeof value === "string" && /^(retry-after(-ms)?|date)$/i.test(header)) headers.set(header, value);
  const choice = choose(words);
  const label = words.map(slug).find((word) => word !== undefined) ?? slug(name);
  return statusError({ vendor: "ai-sdk", purpose: "submit", status, headers, body, label }, choice);
}

function choose(words: readonly string[]): StatusErrorChoice {
  const word = words.find((one) => moderated.test(one));
  if (word !== undefined) {
    const stage = /output/i.test(word) ? "output" : "input";
    return { code: "content_rejected", details: { stage }, final: true };
  }
  if (words.some((one) => broke.test(one))) {
    return { code: "provider_unavailable", operator: true, final: true };
  }
  return {};
}

/** The parsed body, or the text that it came as. */
function bodyOf({ data, responseBody }: SdkError): unknown {
  if (data !== undefined || typeof responseBody !== "string") return data;
  try {
    return JSON.parse(responseBody);
  } catch {
    return undefined;
  }
}

/** The places where vendors put a code: `error.code`, `error.type`, `detail[].type`, `code`, `type`. */
function codesIn(body: unknown): string[] {
  const { error, detail } = Object(body) as { error?: unknown; detail?: unknown };
  const holders = [error, ...(Array.isArray(detail) ? detail : []), body];
  return holders.flatMap((holder) => {
    const { code, type, error_type } = Object(holder) as Record<string, unknown>;
    return [code, type, error_type].filter((word) => typeof word === "string");
  });
}

/** A prediction that its vendor says has ended: the SDK throws it as data that it cannot read. */
function isEndedJob(data: unknown): boolean {
  const { status } = Object(data) as { status?: unknown };
  return status === "failed" || status === "canceled" || status === "aborted";
}

function failed(code: ProviderErrorCode, name: string): ProviderError {
  return new ProviderError(code, { outcome: "failed", message: `ai-sdk: ${name}` });
}

function lost(name: string, notSent = false): ProviderError {
  const why = `the call failed (${slug(name) ?? "no name"})`;
  return brokenCall({ vendor: "ai-sdk", purpose: "submit", why, notSent });
}

/** A model that was wrapped in a retrying one tells its last error. */
function unwrap(thrown: unknown): SdkError {
  let error = Object(thrown) as SdkError;
  for (let depth = 0; depth < 3 && error.name === "AI_RetryError" && error.lastError != null; depth++)
    error = Object(error.lastError) as SdkError;
  return error;
}
