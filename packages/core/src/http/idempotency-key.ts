import { idempotencyKey } from "../contract/headers.ts";
import { AppError } from "../errors/app-error.ts";
import type { Call } from "./call.ts";

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
  return context.requireIdempotencyKey ? requiredIdempotencyKeyOf(request) : givenKeyOf(request);
}

/**
 * The `Idempotency-Key` of a request that must have one.
 *
 * @throws AppError `invalid_idempotency_key` - as above, or missing.
 */
export function requiredIdempotencyKeyOf(request: Request): string {
  const key = givenKeyOf(request);
  if (key === undefined) throw new AppError("invalid_idempotency_key");
  return key;
}

function givenKeyOf(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (!idempotencyKey.safeParse(key).success) throw new AppError("invalid_idempotency_key");
  return key;
}
