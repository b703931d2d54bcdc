import type { JsonValue } from "./wire.ts";

/** Nothing is promised about them: for developers' eyes. */
type Unspecified = Record<string, JsonValue>;
/** What is wrong, and where: a JSON pointer such as `/input_image_asset_urls/0`, empty for the whole. */
type Issues = { issues: { pointer: string; message: string }[] };
/** When to ask again. From the body, else from the header `Retry-After`. */
type RetryAfter = { retry_after_s: number };

/** Every code of the server's closed table, and what is known beyond it. */
export interface ErrorDetails {
  // Who asks
  unauthenticated: Unspecified;
  invalid_credentials: Unspecified;
  email_not_confirmed: Unspecified;
  weak_password: { readonly reasons: readonly string[] };
  captcha_failed: Unspecified;
  token_expired: Unspecified;
  invalid_token: Unspecified;
  invalid_signature: Unspecified;
  forbidden: Unspecified;

  // What is asked
  not_found: Unspecified;
  method_not_allowed: Unspecified;
  request_timeout: Unspecified;
  payload_too_large: Unspecified;
  unsupported_media_type: Unspecified;
  invalid_json: Unspecified;
  validation_failed: Issues;
  invalid_idempotency_key: Unspecified;
  idempotency_key_reused: Unspecified;
  idempotency_in_progress: RetryAfter;
  task_id_taken: Unspecified;
  not_cancellable: Unspecified;
  not_retryable: Unspecified;

  // Inputs
  asset_url_not_allowed: Unspecified;
  asset_unusable: Unspecified;
  asset_expired: Unspecified;
  content_rejected: Unspecified;

  // Money
  insufficient_credits: { required: number; available: number };
  invalid_amount: Unspecified;
  capture_exceeds_hold: Unspecified;
  refund_exceeds_capture: Unspecified;
  hold_already_settled: Unspecified;
  price_changed: Unspecified;
  quote_expired: Unspecified;

  // Too much, or not now
  rate_limited: RetryAfter;
  too_many_generations: RetryAfter;
  queue_full: RetryAfter;
  unavailable: RetryAfter;
  internal_error: Unspecified;

  // How a generation ends
  download_failed: Unspecified;
  provider_failed: Unspecified;
  provider_unavailable: Unspecified;
  provider_timeout: Unspecified;
  timeout: Unspecified;
  upload_failed: Unspecified;
  output_unavailable: Unspecified;
  submission_unknown: Unspecified;
  attempts_exhausted: Unspecified;
  cancelled: Unspecified;
}

/** A code of the server's closed table. */
export type ErrorCode = keyof ErrorDetails;

/** What this client adds: there was no answer, or one that is not the BFF's. */
export interface ClientErrorDetails extends ErrorDetails {
  network: Unspecified;
  unexpected_answer: Unspecified;
}

/** Every code that an error of this client can carry. */
export type ClientErrorCode = keyof ClientErrorDetails;
