import { AppError, isAppError } from "../errors/app-error.ts";

/**
 * Why a file is not taken.
 *
 * - `damaged`: the container contradicts itself, or something large hangs behind its end.
 * - `truncated`: it stops before its own end. A second fetch may help.
 * - `not_allowed`: not a kind of file that may stand here.
 * - `too_large`: more bytes than the limit.
 * - `too_many_pixels`: decoding it would take more memory than any picture is worth.
 */
export type RejectionReason = "damaged" | "truncated" | "not_allowed" | "too_large" | "too_many_pixels";

/**
 * A file that was read and not taken. As an input it answers 422 `asset_unusable`; clients see the reason, the
 * log sees `fault` too.
 */
export class MediaRejected extends AppError {
  readonly reason: RejectionReason;
  /** For developers: what exactly is wrong. Never holds bytes of the file. */
  readonly fault: string;

  constructor(reason: RejectionReason, fault: string) {
    super("asset_unusable", { details: { reason } });
    this.name = "MediaRejected";
    this.reason = reason;
    this.fault = fault;
  }
}

/** Whether a thrown value is a `MediaRejected`, also one from another copy of this package. */
export function isMediaRejected(error: unknown): error is MediaRejected {
  return isAppError(error) && error.name === "MediaRejected";
}
