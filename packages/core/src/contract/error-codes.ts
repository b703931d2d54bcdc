/** What the closed table knows of one code. */
export interface ErrorCodeEntry {
  /** HTTP status when the code answers a request. */
  readonly status: number;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** For developers. */
  readonly message: string;
  /** For end users: what happened, then what to do. Says nothing about money; the screen does. */
  readonly sentence: string;
}

const entry = (status: number, retryable: boolean, message: string, sentence: string): ErrorCodeEntry => ({
  status,
  retryable,
  message,
  sentence,
});

/**
 * The closed table of error codes: every failure a caller can see has its row here.
 * Data without zod, so that browsers and documentation can import it for nothing.
 */
export const errorCodes = {
  // Who asks
  unauthenticated: entry(401, false, "No usable access token was sent.", "Please sign in."),
  token_expired: entry(
    401,
    false,
    "The access token has expired.",
    "You were signed out. Please sign in again.",
  ),
  invalid_token: entry(401, false, "The access token was not accepted.", "Please sign in again."),
  invalid_credentials: entry(
    401,
    false,
    "No account has this address and this password.",
    "The address or the password is not right.",
  ),
  invalid_signature: entry(401, false, "The signature was not accepted.", "This link is not valid any more."),
  forbidden: entry(403, false, "This needs a right that the caller does not have.", "You may not do this."),

  email_not_confirmed: entry(
    403,
    false,
    "The address of this account was never confirmed.",
    "Please open the letter that we have sent you, and confirm your address.",
  ),
  weak_password: entry(
    422,
    false,
    "The sign-in asks for a better password.",
    "This password is too easy to guess. Take a longer one.",
  ),
  captcha_failed: entry(
    400,
    false,
    "The sign-in asks for a captcha, and this was none that it takes.",
    "Please show once more that you are no robot.",
  ),

  // What is asked
  not_found: entry(404, false, "There is no such thing, or it is not yours.", "This could not be found."),
  method_not_allowed: entry(
    405,
    false,
    "The route exists, but not with this method.",
    "This cannot be done here.",
  ),
  request_timeout: entry(
    408,
    true,
    "The request took too long to arrive.",
    "The line was too slow. Please try again.",
  ),
  payload_too_large: entry(
    413,
    false,
    "The body is larger than this route allows.",
    "The file is too large.",
  ),
  unsupported_media_type: entry(
    415,
    false,
    "This content type is not taken here.",
    "This kind of file cannot be used.",
  ),
  invalid_json: entry(
    400,
    false,
    "The body is not one plain JSON object.",
    "Something was sent that could not be read.",
  ),
  validation_failed: entry(
    400,
    false,
    "A field does not hold what it must.",
    "Something in the form needs another look.",
  ),
  invalid_idempotency_key: entry(
    400,
    false,
    "Idempotency-Key must be 1 to 255 printable characters, once.",
    "Please try again.",
  ),
  idempotency_key_reused: entry(
    422,
    false,
    "This Idempotency-Key was used for another request.",
    "Please try again.",
  ),
  idempotency_in_progress: entry(
    409,
    true,
    "The first request with this Idempotency-Key is still running.",
    "This is already under way.",
  ),
  task_id_taken: entry(
    409,
    false,
    "This task_id belongs to somebody else.",
    "Please start again with a new piece of work.",
  ),
  not_cancellable: entry(409, false, "The generation has already ended.", "It had already ended."),
  not_retryable: entry(
    409,
    false,
    "Only a generation that has ended can be tried again.",
    "It is still being made.",
  ),

  // Inputs
  asset_url_not_allowed: entry(
    400,
    false,
    "This URL may not be used as an input.",
    "This address cannot be used. Upload the file instead.",
  ),
  asset_unusable: entry(
    422,
    false,
    "The file is damaged, too large, unreachable or of another kind.",
    "This file cannot be used. Try another one.",
  ),
  asset_expired: entry(
    410,
    false,
    "The file was handed on for a while, and its time is over.",
    "This file is not there any more. Make it again.",
  ),
  content_rejected: entry(
    422,
    false,
    "The words or the picture were not accepted.",
    "The words or the picture were not accepted. Change them and try again.",
  ),

  // Money
  insufficient_credits: entry(
    402,
    false,
    "The wallet holds fewer credits than this costs.",
    "There are not enough free credits for this.",
  ),
  invalid_amount: entry(
    422,
    false,
    "An amount is a whole number from 1 to 9007199254740991.",
    "This amount is not possible.",
  ),
  capture_exceeds_hold: entry(
    422,
    false,
    "More was to be captured than is held.",
    "This amount is not possible.",
  ),
  refund_exceeds_capture: entry(
    422,
    false,
    "More was to be refunded than was captured and not yet refunded.",
    "This amount is not possible.",
  ),
  hold_already_settled: entry(
    409,
    false,
    "The hold was settled before, in another way.",
    "This was settled before.",
  ),
  price_changed: entry(
    409,
    true,
    "The price changed while it was asked for.",
    "The price has just changed. Please look at it again.",
  ),
  quote_expired: entry(
    409,
    false,
    "The quote is not valid any more.",
    "The price has just changed. Please look at it again.",
  ),

  // Too much, or not now
  rate_limited: entry(
    429,
    true,
    "Too many requests in this minute.",
    "That was a little fast. Please wait a moment.",
  ),
  too_many_generations: entry(
    429,
    true,
    "Too many generations of this user are open.",
    "Many things are being made for you. Wait until one is done.",
  ),
  queue_full: entry(503, true, "The queue is full.", "It is very busy just now. Please try again soon."),
  unavailable: entry(
    503,
    true,
    "A part of the service does not answer.",
    "The studio cannot be reached just now. Please try again soon.",
  ),
  internal_error: entry(
    500,
    true,
    "Something broke on our side.",
    "Something broke on our side. Please try again.",
  ),

  // How a generation ends
  download_failed: entry(
    502,
    true,
    "An input could not be fetched.",
    "The picture could not be fetched. Trying again usually works.",
  ),
  provider_failed: entry(
    502,
    true,
    "The provider gave up.",
    "It stopped halfway. Trying again usually works.",
  ),
  provider_unavailable: entry(
    503,
    true,
    "The provider cannot be used just now.",
    "This maker is not available just now. Please try again later.",
  ),
  provider_timeout: entry(
    504,
    true,
    "The provider reported that it took too long.",
    "It took too long. Trying again usually works.",
  ),
  timeout: entry(
    504,
    true,
    "The generation's deadline passed.",
    "It took too long, and we stopped waiting. Trying again usually works.",
  ),
  upload_failed: entry(
    502,
    true,
    "The result could not be stored.",
    "The result could not be put on your table. Trying again usually works.",
  ),
  output_unavailable: entry(
    502,
    true,
    "The result could not be fetched from the provider.",
    "The result got lost on the way. Trying again usually works.",
  ),
  submission_unknown: entry(
    502,
    true,
    "The provider's answer got lost; nothing was asked twice.",
    "The answer got lost. We never ask twice by ourselves.",
  ),
  attempts_exhausted: entry(
    502,
    true,
    "Every allowed attempt was used up.",
    "It did not work after several tries. Please try again later.",
  ),
  cancelled: entry(409, false, "The generation was cancelled.", "You stopped this."),
} as const satisfies Record<string, ErrorCodeEntry>;

/** Every code a caller can see. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether a text is one of ours. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
