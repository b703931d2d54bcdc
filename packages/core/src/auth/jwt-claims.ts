import type { JWTPayload } from "jose";
import { AppError } from "../errors/app-error.ts";
import { isTime, isUserId } from "./check-principal.ts";
import type { Principal } from "./port.ts";

/** What the claims of a token with a good signature still have to say. */
export interface ClaimChecks {
  readonly adminPath: readonly string[];
  readonly role: string | undefined;
  readonly uuid: boolean;
  readonly skewS: number;
}

/** Roles of keys that are no user, as Supabase names them. */
const keyRoles: readonly unknown[] = ["anon", "service_role"];
/** In capitals it would be another text, and so another user. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who the claims name. Their times were compared with the clock before, `iat` aside.
 *
 * @throws AppError `invalid_token` - they name no user, or hold a time that cannot be.
 */
export function principalOf(payload: JWTPayload, checks: ClaimChecks): Principal {
  const { sub, exp, iat, role } = payload;
  const roles: readonly unknown[] = [role].flat();
  const isUser =
    checks.role === undefined ? !roles.some((one) => keyRoles.includes(one)) : role === checks.role;
  const isIssued = iat === undefined || iat <= Date.now() / 1000 + checks.skewS;
  const expiresAt = ((exp ?? Number.NaN) + checks.skewS) * 1000;
  if (!isUserId(sub) || (checks.uuid && !uuid.test(sub)) || !isUser || !isIssued || !isTime(expiresAt))
    throw new AppError("invalid_token");
  return { userId: sub, admin: isAdmin(payload, checks.adminPath), expiresAt };
}

/** Nothing but `true` at the end of the path; no path leads to nobody. */
function isAdmin(payload: JWTPayload, path: readonly string[]): boolean {
  let value: unknown = payload;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return false;
    value = (value as Record<string, unknown>)[name];
  }
  return path.length > 0 && value === true;
}
