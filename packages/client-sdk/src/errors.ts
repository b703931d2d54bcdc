import type { ClientErrorCode, ClientErrorDetails, ErrorCode } from "./error-details.ts";
import type { GenerationStatus } from "./wire.ts";

/** Told apart by marker, not by class: two copies of this package in one page are common. */
const errorMarker = Symbol.for("@genbff/client-sdk/error");
const generationMarker = Symbol.for("@genbff/client-sdk/generation-error");

/** What an error is made of. */
export interface GenbffErrorOptions<Code extends ClientErrorCode> {
  code: Code;
  /** For people. */
  message: string;
  details: ClientErrorDetails[Code];
  /** HTTP status, 0 where there was no answer. */
  status: number;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/**
 * A request that failed. Branch on `code`, never on text; ask with `isGenbffError`.
 *
 * `code` is `network` where nothing answered and `unexpected_answer` where something else than the BFF did;
 * otherwise it is the server's. A code that this version does not know is passed on as it came.
 */
export class GenbffError<Code extends ClientErrorCode = ClientErrorCode> extends Error {
  override readonly name: string = "GenbffError";
  readonly code: Code;
  readonly details: ClientErrorDetails[Code];
  /** HTTP status, 0 where there was no answer. */
  readonly status: number;
  /** Quote it to support: the server's log knows it. */
  readonly requestId: string | undefined;
  /** When the same request may work, where the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(options: GenbffErrorOptions<Code>) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.details = options.details;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
    Object.defineProperty(this, errorMarker, { value: true });
  }
}

/** A generation that ended without a result: what `result()` rejects with. Made by this package. */
export class FailedGeneration<Code extends ErrorCode = ErrorCode> extends GenbffError<Code> {
  override readonly name: string = "GenerationError";
  /** How it ended. */
  readonly generation: GenerationStatus;

  constructor(options: GenbffErrorOptions<Code>, generation: GenerationStatus) {
    super(options);
    this.generation = generation;
    Object.defineProperty(this, generationMarker, { value: true });
  }
}

/** The union over all codes, so that `error.code === "…"` narrows `error.details`. */
export type AnyGenbffError<Code extends ClientErrorCode = ClientErrorCode> = {
  [C in Code]: GenbffError<C>;
}[Code];

/** How a generation can fail. The union over all codes, so that `error.code === "…"` narrows `error.details`. */
export type GenerationError<Code extends ErrorCode = ErrorCode> = {
  [C in Code]: FailedGeneration<C>;
}[Code];

function hasMarker(error: unknown, marker: symbol, codes: readonly string[]): boolean {
  if (typeof error !== "object" || error === null || !(marker in error)) return false;
  return codes.length === 0 || codes.includes((error as GenbffError).code);
}

/**
 * Whether an error came from this client; with codes, whether it carries one of them.
 *
 * @example
 * if (isGenbffError(error, "insufficient_credits")) offerCredits(error.details.required);
 */
export function isGenbffError<Code extends ClientErrorCode = ClientErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is AnyGenbffError<Code> {
  return hasMarker(error, errorMarker, codes);
}

/** Whether a generation ended without a result; with codes, whether it ended by one of them. */
export function isGenerationError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is GenerationError<Code> {
  return hasMarker(error, generationMarker, codes);
}
