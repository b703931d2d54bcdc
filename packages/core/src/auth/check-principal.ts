import { AppError } from "../errors/app-error.ts";
import type { Principal } from "./port.ts";

/** The last moment that a date can name. */
const timeMaxMs = 8_640_000_000_000_000;

/** Whether it can be the name of a user: it is stored, and compared as it is. */
export function isUserId(value: unknown): value is string {
  return typeof value === "string" && /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(value);
}

/** Whether it is a moment, in ms since 1970, that a clock and a date can deal with. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= timeMaxMs;
}

/**
 * The principal, where it says who somebody is, and until when.
 *
 * @throws AppError `unauthenticated` - it is nobody.
 * @throws AppError `invalid_token` - it does not have the shape of a principal.
 * @throws AppError `token_expired` - its time is over.
 */
export function checkPrincipal(value: unknown): Principal {
  if (value === null || value === undefined) throw new AppError("unauthenticated");
  const { userId, admin, expiresAt } = value as Partial<Record<keyof Principal, unknown>>;
  const endsAt = expiresAt instanceof Date ? expiresAt.getTime() : expiresAt;
  if (!isUserId(userId) || !isTime(endsAt)) throw new AppError("invalid_token");
  if (endsAt <= Date.now()) throw new AppError("token_expired");
  // What is only truthy was not meant to open everything.
  return { userId, admin: admin === true, expiresAt: endsAt };
}
