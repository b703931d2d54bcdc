import type { ClientErrorCode, ClientErrorDetails, ErrorCode } from "./error-details.ts";
import { type AnyGenbffError, FailedGeneration, GenbffError, type GenerationError } from "./errors.ts";
import type { GenerationFailure, GenerationStatus } from "./wire.ts";

/** An answer that is not a success, whoever transported it. */
export interface FailedAnswer {
  status: number;
  header(name: string): string | null;
  /** Parsed where it was JSON. */
  body: unknown;
}

/** Seconds or a date. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function isErrorBody(body: unknown): body is { error: string; message: string; details?: unknown } {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof body.error === "string" &&
    "message" in body &&
    typeof body.message === "string"
  );
}

const codesWithRetryAfter: readonly string[] = [
  "idempotency_in_progress",
  "rate_limited",
  "too_many_generations",
  "queue_full",
  "unavailable",
] satisfies ErrorCode[];

/** What the types promise for a code is there, also where a body leaves it out. */
function detailsOf(code: string, details: unknown, afterMs = 1000): Record<string, unknown> {
  const given = typeof details === "object" ? details : {};
  if (code === "validation_failed") return { issues: [], ...given };
  if (!codesWithRetryAfter.includes(code)) return { ...given };
  return { retry_after_s: Math.max(1, Math.ceil(afterMs / 1000)), ...given };
}

/** Turns an answer into the error that callers see: the BFF's own, or `unexpected_answer` where a stranger spoke. */
export function failureOfAnswer(answer: FailedAnswer, cause?: Error): AnyGenbffError {
  const afterMs = retryAfterMs(answer.header("retry-after"), Date.now());
  const common = { status: answer.status, retryAfterMs: afterMs };
  if (!isErrorBody(answer.body)) {
    return new GenbffError({
      ...common,
      code: "unexpected_answer",
      message: "Something unexpected came back. Please try again.",
      details: {},
      requestId: answer.header("x-request-id") ?? undefined,
      cause,
    });
  }
  const { body } = answer;
  return new GenbffError({
    ...common,
    code: body.error as ClientErrorCode,
    message: body.message,
    details: detailsOf(body.error, body.details, afterMs) as ClientErrorDetails[ClientErrorCode],
    requestId: "request_id" in body && typeof body.request_id === "string" ? body.request_id : undefined,
  }) as AnyGenbffError;
}

/** Nothing answered: no connection, a connection that broke, or no word in time. */
export function networkFailure(cause: unknown): AnyGenbffError {
  return new GenbffError({
    code: "network",
    message: "There is no connection just now. Please try again.",
    details: {},
    status: 0,
    cause,
  });
}

/** How a generation without a result is told. */
export function failureOfGeneration(generation: GenerationStatus): GenerationError {
  const failure: GenerationFailure = generation.error ?? {
    error: generation.status === "cancelled" ? "cancelled" : "internal_error",
    message: generation.status === "cancelled" ? "You stopped this." : "It did not work. Please try again.",
  };
  const options = {
    code: failure.error as GenerationError["code"],
    message: failure.message,
    details: detailsOf(failure.error, failure.details) as GenerationError["details"],
    status: 200,
  };
  return new FailedGeneration(options, generation) as GenerationError;
}

/** Whether the same request may work in a moment: no answer, a busy server, or one that breaks. */
export function isPassing(error: AnyGenbffError): boolean {
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
}
