import type { ClientErrorCode, ClientErrorDetails } from "./error-details.ts";
import { type AnyGenbffError, FailedGeneration, GenbffError, type GenerationError } from "./errors.ts";
import type { GenerationStatus } from "./wire.ts";

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

function isErrorBody(body: unknown): body is { error: string; message: string } {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof body.error === "string" &&
    "message" in body &&
    typeof body.message === "string"
  );
}

/** `retry_after_s` is promised for some codes: what the body leaves out comes from the header. */
function detailsOf(body: object, afterMs: number | undefined): Record<string, unknown> {
  const details = "details" in body && typeof body.details === "object" ? body.details : undefined;
  const seconds = { retry_after_s: Math.max(1, Math.ceil((afterMs ?? 1000) / 1000)) };
  return { ...(afterMs === undefined && details ? {} : seconds), ...details };
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
    details: detailsOf(body, afterMs) as ClientErrorDetails[ClientErrorCode],
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
  const failure = generation.error ?? {
    error: generation.status === "cancelled" ? "cancelled" : "internal_error",
    message: generation.status === "cancelled" ? "You stopped this." : "It did not work. Please try again.",
  };
  const options = {
    code: failure.error as GenerationError["code"],
    message: failure.message,
    details: { ...failure.details } as GenerationError["details"],
    status: 200,
  };
  return new FailedGeneration(options, generation) as GenerationError;
}

/** Whether the same request may work in a moment: no answer, a busy server, or one that breaks. */
export function isPassing(error: AnyGenbffError): boolean {
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
}
