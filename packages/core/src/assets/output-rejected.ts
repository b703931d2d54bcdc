import { AppError, isAppError } from "../errors/app-error.ts";
import type { MediaRejected, RejectionReason } from "./media-rejected.ts";

/**
 * A provider's output that may not be stored. Nothing of it is visible.
 *
 * Its code says what the user has left if nobody decides otherwise; the state machine decides by `reason`:
 * `truncated` is worth another fetch, `damaged` and the others will be the same again.
 */
export class OutputRejected extends AppError {
  readonly reason: RejectionReason;
  /** For developers: what exactly is wrong. */
  readonly fault: string;

  constructor(rejected: MediaRejected) {
    super("output_unavailable", { cause: rejected });
    this.name = "OutputRejected";
    this.reason = rejected.reason;
    this.fault = rejected.fault;
  }
}

/** Whether a thrown value is an `OutputRejected`, also one from another copy of this package. */
export function isOutputRejected(error: unknown): error is OutputRejected {
  return isAppError(error) && error.name === "OutputRejected";
}
