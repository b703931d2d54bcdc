import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import { isAppError } from "../errors/app-error.ts";
import type { Logger } from "../shared/logger.ts";
import { rateHeaders } from "./rate-headers.ts";
import { json } from "./respond.ts";

/** Codes that ask the caller to come back, and after how many seconds where the refusal does not say. */
export const retryAfterS: Partial<Record<ErrorCode, number>> = {
  idempotency_in_progress: 1,
  rate_limited: 1,
  too_many_generations: 5,
  queue_full: 15,
  unavailable: 5,
};

/**
 * The only place where an error becomes an answer.
 *
 * People read the table's sentence; `AppError.message` and everything unexpected go to the log alone.
 */
export function errorResponse(error: unknown, requestId: string, logger: Logger): Response {
  const known = isAppError(error);
  const code: ErrorCode = known ? error.code : "internal_error";
  const { status, sentence } = errorCodes[code];
  if (status >= 500) logger.error({ error, requestId, code }, "A request failed");
  else logger.debug({ requestId, code }, "A request was refused");

  const details = known ? error.details : undefined;
  return json(
    status,
    { error: code, message: sentence, ...(details ? { details } : {}), request_id: requestId },
    headersOf(code, status, details),
  );
}

function headersOf(code: ErrorCode, status: number, details: Record<string, unknown> | undefined) {
  const headers = rateHeaders(details);
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (code === "method_not_allowed" && Array.isArray(details?.allow))
    headers.allow = details.allow.join(", ");
  const seconds = details?.retry_after_s ?? retryAfterS[code];
  if (typeof seconds === "number") headers["retry-after"] = String(Math.max(1, Math.ceil(seconds)));
  return headers;
}
