import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";

const marker: unique symbol = Symbol.for("genbff.error") as never;

/** What an expected failure may carry besides its code. */
export interface AppErrorOptions {
  /** Safe for people to read. Default: the table's message. */
  message?: string;
  /** Safe for clients: no prompt, URL, provider or secret. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * An expected failure with a code from the closed table.
 *
 * Branch on `code`, never on the text. Test with `isAppError`, never with `instanceof`:
 * two copies of a package in one program are common.
 */
export class AppError extends Error {
  readonly [marker] = true;
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(
      options.message ?? errorCodes[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = "AppError";
    this.code = code;
    this.details = options.details;
  }
}

/** Whether a thrown value is an `AppError`, also one from another copy of this package. */
export function isAppError(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  if (typeof error !== "object" || error === null || !(marker in error)) return false;
  return codes.length === 0 || codes.includes((error as AppError).code);
}
