import { AppError, isAppError } from "../errors/app-error.ts";

/**
 * Why a foreign URL gave no file.
 *
 * - `unresolved`, `unreachable`, `interrupted`, `timeout`: the network; worth another try.
 * - `status`: the host answered, but not with the file; see `status`. 403, 404 and 410 mean that a link has expired.
 * - `redirect`: more than three, or one that cannot be followed.
 * - `encoding`, `expansion`: compressed twice, in an unknown way, or more than a hundredfold.
 * - `too_large`: over the limit, declared or sent.
 */
export type FetchFailure =
  | "unresolved"
  | "unreachable"
  | "interrupted"
  | "timeout"
  | "status"
  | "redirect"
  | "encoding"
  | "expansion"
  | "too_large";

/**
 * A foreign URL that was allowed and gave no file. Its code suits a generation whose input could not be fetched;
 * other callers map it by `reason` and `status`. Holds no URL.
 */
export class FetchFailed extends AppError {
  readonly reason: FetchFailure;
  /** What the host answered, where it answered. */
  readonly status: number | undefined;
  /** The host's `Retry-After` as it came, beside a status. */
  readonly retryAfter: string | undefined;

  constructor(
    reason: FetchFailure,
    options: { status?: number; retryAfter?: string | undefined; cause?: unknown } = {},
  ) {
    super("download_failed", options.cause === undefined ? {} : { cause: options.cause });
    this.name = "FetchFailed";
    this.reason = reason;
    this.status = options.status;
    this.retryAfter = options.retryAfter;
  }
}

/** Whether a thrown value is a `FetchFailed`, also one from another copy of this package. */
export function isFetchFailed(error: unknown): error is FetchFailed {
  return isAppError(error) && error.name === "FetchFailed";
}

const reasons: Readonly<Record<string, FetchFailure>> = {
  ETIMEDOUT: "timeout",
  Z_DATA_ERROR: "encoding",
  Z_BUF_ERROR: "interrupted",
};

/**
 * Translates what the network, the HTTP client or the decompressor threw.
 *
 * @param otherwise - What an unknown error means at this point.
 */
export function toFetchFailed(error: unknown, otherwise: FetchFailure): AppError {
  if (isAppError(error)) return error;
  const { code, name } = (error ?? {}) as { code?: string; name?: string };
  const reason = name === "TimeoutError" ? "timeout" : (reasons[code ?? ""] ?? otherwise);
  return new FetchFailed(reason, { cause: error });
}
