import type { ErrorCode } from "@genbff/core";

/** How a render can fail, in the contract's words, and what its users are told. */
export const renderErrors = {
  download_failed: "The photo or the texture could not be fetched.",
  upload_failed: "The picture could not be stored.",
  validation_failed: "The photo, the texture or the mask cannot be used.",
  timeout: "The render took too long.",
  pipeline_error: "The render did not work.",
} as const;

export type RenderErrorCode = keyof typeof renderErrors;

/**
 * Each of our codes in the contract's words. All of them, so that a code that is added later must be thought of here too;
 * what cannot end a render is the pipeline's fault if it ever does.
 */
export const renderErrorOf = {
  unauthenticated: "pipeline_error",
  token_expired: "pipeline_error",
  invalid_token: "pipeline_error",
  invalid_credentials: "pipeline_error",
  invalid_signature: "pipeline_error",
  forbidden: "pipeline_error",
  email_not_confirmed: "pipeline_error",
  weak_password: "pipeline_error",
  captcha_failed: "pipeline_error",
  not_found: "pipeline_error",
  method_not_allowed: "pipeline_error",
  request_timeout: "pipeline_error",
  payload_too_large: "validation_failed",
  unsupported_media_type: "validation_failed",
  invalid_json: "pipeline_error",
  validation_failed: "validation_failed",
  invalid_idempotency_key: "pipeline_error",
  idempotency_key_reused: "pipeline_error",
  idempotency_in_progress: "pipeline_error",
  task_id_taken: "pipeline_error",
  not_cancellable: "pipeline_error",
  not_retryable: "pipeline_error",
  asset_url_not_allowed: "validation_failed",
  asset_expired: "validation_failed",
  asset_unusable: "validation_failed",
  content_rejected: "validation_failed",
  insufficient_credits: "pipeline_error",
  invalid_amount: "pipeline_error",
  capture_exceeds_hold: "pipeline_error",
  refund_exceeds_capture: "pipeline_error",
  hold_already_settled: "pipeline_error",
  price_changed: "pipeline_error",
  quote_expired: "pipeline_error",
  rate_limited: "pipeline_error",
  too_many_generations: "pipeline_error",
  queue_full: "pipeline_error",
  unavailable: "pipeline_error",
  internal_error: "pipeline_error",
  download_failed: "download_failed",
  provider_failed: "pipeline_error",
  provider_unavailable: "pipeline_error",
  provider_timeout: "timeout",
  timeout: "timeout",
  upload_failed: "upload_failed",
  output_unavailable: "pipeline_error",
  submission_unknown: "pipeline_error",
  attempts_exhausted: "pipeline_error",
  cancelled: "pipeline_error",
} as const satisfies Record<ErrorCode, RenderErrorCode>;
