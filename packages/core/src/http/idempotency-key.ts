import { AppError } from "../errors/app-error.ts";
import type { Call } from "./call.ts";

/** Printable ASCII without the comma: a header that was sent twice arrives as one text joined by commas. */
const printable = /^[\x20-\x2b\x2d-\x7e]{1,255}$/;

/**
 * The request's `Idempotency-Key`, if it has one.
 *
 * @throws AppError `invalid_idempotency_key` - empty, too long, not printable, sent more than once, or missing where
 * the BFF requires one.
 */
export function idempotencyKeyOf({
  context,
  request,
}: Pick<Call, "context" | "request">): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null && !context.requireIdempotencyKey) return undefined;
  if (key === null || !printable.test(key)) throw new AppError("invalid_idempotency_key");
  return key;
}
