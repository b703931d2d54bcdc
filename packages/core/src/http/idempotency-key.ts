import { idempotencyKey } from "../contract/headers.ts";
import { AppError } from "../errors/app-error.ts";

/**
 * The request's `Idempotency-Key`, if it has one.
 *
 * @throws AppError `invalid_idempotency_key` - empty, too long, not printable, or sent more than once.
 */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (!idempotencyKey.safeParse(key).success) throw new AppError("invalid_idempotency_key");
  return key;
}

/**
 * The `Idempotency-Key` of a request that must have one.
 *
 * @throws AppError `invalid_idempotency_key` - as above, or missing.
 */
export function requiredIdempotencyKeyOf(request: Request): string {
  const key = idempotencyKeyOf(request);
  if (key === undefined) throw new AppError("invalid_idempotency_key");
  return key;
}
