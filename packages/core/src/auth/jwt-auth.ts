import { errors, type JWTPayload, jwtVerify } from "jose";
import { AppError } from "../errors/app-error.ts";
import { bearerTokenOf } from "./bearer-token.ts";
import type { Auth, Principal } from "./port.ts";

/** How tokens are checked. */
export interface JwtAuthOptions {
  /** Checks HS256. At least 32 characters, shared with whoever issues the tokens. */
  readonly secret: string;
  /** Must equal `iss`. Default: not looked at. */
  readonly issuer?: string;
  /** Must be in `aud`. Default: not looked at. */
  readonly audience?: string;
  /** The claim that, when it is `true`, opens the admin routes. Default: nobody is an admin. */
  readonly adminClaim?: string;
}

/** Clocks of two machines may differ; more than this is an old token. */
const skewS = 5;
/** Roles of keys that are no user, as Supabase names them. */
const keyRoles: readonly unknown[] = ["anon", "service_role"];

/**
 * Lets in whoever has a token signed with `secret`: HS256 only, whatever the token says of itself.
 *
 * The user's id is `sub`. `exp` and `sub` are required; `nbf`, `iat` and `crit` are obeyed.
 *
 * @throws Error - the secret is too short.
 * @throws AppError, on a request: `unauthenticated`, `token_expired`, `invalid_token`.
 *
 * @example
 * const bff = createBff({ auth: jwtAuth({ secret: process.env.JWT_SECRET }), … });
 */
export function jwtAuth(options: JwtAuthOptions): Auth {
  if (options.secret.length < 32) throw new Error("jwtAuth: the secret must have at least 32 characters");
  const key = new TextEncoder().encode(options.secret);
  const checks = {
    algorithms: ["HS256"],
    requiredClaims: ["exp", "sub"],
    clockTolerance: skewS,
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience === undefined ? {} : { audience: options.audience }),
  };
  return {
    async authenticate(request) {
      const token = bearerTokenOf(request);
      try {
        const { payload } = await jwtVerify(token, key, checks);
        return principalOf(payload, options.adminClaim);
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        throw new AppError(error instanceof errors.JWTExpired ? "token_expired" : "invalid_token", {
          cause: error,
        });
      }
    },
  };
}

/** What a token with a good signature still has to say. */
function principalOf(payload: JWTPayload, adminClaim: string | undefined): Principal {
  const { sub, exp, iat, role } = payload;
  const isUserId = typeof sub === "string" && /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(sub);
  const isIssued = iat === undefined || iat <= Date.now() / 1000 + skewS;
  if (!isUserId || !isIssued || exp === undefined || keyRoles.includes(role))
    throw new AppError("invalid_token");
  const admin = adminClaim !== undefined && payload[adminClaim] === true;
  return { userId: sub, admin, expiresAt: (exp + skewS) * 1000 };
}
