import type { ErrorCode } from "../../contract/error-codes.ts";

/** The table of `reliability-spec.md` section 7: what comes in → the codes it may be refused with. */
export const section7: Readonly<Record<string, readonly ErrorCode[]>> = {
  "no, empty or malformed Authorization, another scheme, two of them": ["unauthenticated"],
  "an expired token": ["token_expired"],
  "a token that is not to be believed, or is no user's": ["invalid_token"],
  "an id that is another's, unknown or malformed; an unknown route": ["not_found"],
  "an admin route without the claim": ["forbidden"],
  "a wrong method": ["method_not_allowed"],
  "a content type, charset or encoding that is not taken": ["unsupported_media_type"],
  "a body over the limit": ["payload_too_large"],
  "what is not one plain JSON object": ["invalid_json"],
  "a field, a combination or a cursor that is not what it must be": ["validation_failed"],
  "a URL that the guard refuses": ["asset_url_not_allowed"],
  "a file that cannot be used": ["asset_unusable"],
  "words or a picture that the team refuses": ["content_rejected"],
  "another user's task_id": ["task_id_taken"],
  "not enough credits": ["insufficient_credits"],
  "an Idempotency-Key that is none": ["invalid_idempotency_key"],
  "a key of another request": ["idempotency_key_reused"],
  "a key whose first request still runs": ["idempotency_in_progress"],
  "cancel of what has ended": ["not_cancellable"],
  "too much at once": ["rate_limited", "too_many_generations"],
  "a database that is down": ["unavailable"],
  "a body that does not arrive": ["request_timeout"],
  "a webhook or a link without its signature": ["invalid_signature"],
};
