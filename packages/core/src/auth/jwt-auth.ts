import { type CryptoKey, errors, type JWTHeaderParameters, jwtVerify } from "jose";
import { AppError } from "../errors/app-error.ts";
import { consoleLogger, type Logger, redacting } from "../shared/logger.ts";
import { bearerTokenOf } from "./bearer-token.ts";
import { inspectKeys, inspectToken } from "./inspect-jwt.ts";
import { createJwks } from "./jwks.ts";
import { principalOf } from "./jwt-claims.ts";
import { checkJwtOptions, type JwtAuthOptions } from "./jwt-options.ts";
import type { Auth, Principal } from "./port.ts";
import { createProvenTokens } from "./proven-tokens.ts";

/**
 * Lets in whoever has a good token: signed by a key that its issuer publishes (ES256, RS256, EdDSA), or with a secret
 * (HS256), whatever the token says of itself.
 *
 * The user's id is `sub`. `exp` and `sub` are required; `nbf`, `iat` and `crit` are obeyed. Published keys are chosen by
 * `kid` alone. They are fetched when the first token comes and every 10 minutes, for a new `kid` at most every 30 s; while
 * the issuer does not answer, its last keys are good for an hour.
 *
 * @throws Error - an option that would let in the wrong people; it is named.
 * @throws AppError, on a request: `unauthenticated`, `token_expired`, `invalid_token`; `unavailable` while the issuer's
 *   keys cannot be had.
 *
 * @example
 * const auth = jwtAuth({
 *   jwksUrl: "https://sign-in.example.com/.well-known/jwks.json",
 *   issuer: "https://sign-in.example.com/",
 *   audience: "our-api",
 * });
 */
export function jwtAuth(options: JwtAuthOptions): Auth {
  checkJwtOptions(options);
  const { skewS = 5, algorithms = ["ES256", "RS256", "EdDSA"] } = options;
  let logger: Logger = redacting(consoleLogger);
  const published = options.jwksUrl === undefined ? undefined : createJwks(options.jwksUrl, () => logger);
  // Imported once: jose would import the bytes again for each token.
  const secret = options.secret === undefined ? undefined : importSecret(options.secret);

  const keyChecks = {
    algorithms: [...(published ? algorithms : []), ...(secret === undefined ? [] : ["HS256"])],
    requiredClaims: ["exp", "sub"],
    clockTolerance: skewS,
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience ? { audience: options.audience } : {}),
  };
  const claimChecks = {
    adminPath: [options.adminClaim ?? []].flat(),
    role: options.role,
    uuid: options.userId === "uuid",
    skewS,
  };

  /** Each algorithm has keys of its own kind: the secret is for HS256 alone, and nothing published is for it. */
  async function keyOf(header: JWTHeaderParameters): Promise<CryptoKey> {
    const key = await (header.alg === "HS256" ? secret : published?.(header));
    if (key === undefined) throw new AppError("invalid_token");
    return key;
  }

  const proven = createProvenTokens(keyOf);

  async function authenticate(request: Request): Promise<Principal> {
    const token = bearerTokenOf(request);
    return (await proven.find(token)) ?? prove(token);
  }

  async function prove(token: string): Promise<Principal> {
    try {
      const { payload, protectedHeader: header, key } = await jwtVerify(token, keyOf, keyChecks);
      const principal = principalOf(payload, claimChecks);
      proven.keep(token, { header, key, principal });
      return principal;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new AppError(error instanceof errors.JWTExpired ? "token_expired" : "invalid_token", {
        cause: error,
      });
    }
  }

  return {
    authenticate,
    async inspect(token) {
      const keys = await inspectKeys(options);
      return token === undefined ? [keys] : [keys, await inspectToken(token, options, authenticate)];
    },
    configure: (host) => {
      logger = host.logger;
    },
  };
}

function importSecret(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
}
