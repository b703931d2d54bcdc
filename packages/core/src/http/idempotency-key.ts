import { AppError } from "../errors/app-error.ts";

/** Printable ASCII without the comma: a header that was sent twice arrives as one text joined by commas. */
const printable = /^[\x20-\x2b\x2d-\x7e]{1,255}$/;

/**
 * The request's `Idempotency-Key`, if it has one.
 *
 * @throws AppError `invalid_idempotency_key` - empty, too long, not printable, or sent more than once.
 */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (!printable.test(key)) throw new AppError("invalid_idempotency_key");
  return key;
}
