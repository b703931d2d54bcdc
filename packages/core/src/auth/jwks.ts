import { type CryptoKey, createLocalJWKSet, errors, type JWTHeaderParameters } from "jose";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../shared/logger.ts";
import { fetchJwks } from "./fetch-jwks.ts";

/** How long keys are believed, and how often they are asked for. `reliability-spec.md` 8.1. */
export const jwksLimits = {
  /** Then the set is fetched again: a removed key works no longer than this. */
  freshMs: 10 * 60_000,
  /** Between two fetches for whatever reason, so that tokens with invented keys cost the issuer nothing. */
  pauseMs: 30_000,
  /** The same while there is no set at all, and so nobody who can be let in. */
  pauseWithoutMs: 1000,
  /** While the issuer does not answer, its last good set is used up to this age. */
  keepMs: 3_600_000,
  timeoutMs: 5000,
};

/** Gives the key that a token's header names. */
export type KeyOf = (header: JWTHeaderParameters) => Promise<CryptoKey>;

interface Held {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  /** When it was asked for: it is at least as new. */
  readonly since: number;
}

/**
 * Keeps the set of keys that an issuer publishes, fetched when the first token comes.
 *
 * jose chooses and imports keys; when to fetch, what to do while nobody answers, and what an answer may be is ours
 * (docs/adr/2026-11-21-keys-of-issuers-are-kept-by-us.md). Only `kid` and `alg` of the header are looked at.
 *
 * @throws AppError, on a token: `invalid_token` - no key of the set has this `kid` and fits the algorithm.
 * @throws AppError, on a token: `unavailable` - there is no set, or it is too old; or the key might be in a newer set
 *   that cannot be fetched just now.
 */
export function createJwks(url: string, logger: () => Logger, limits = jwksLimits): KeyOf {
  let held: Held | undefined;
  let askedAt: number | undefined;
  let asking: Promise<void> | undefined;
  let failure: unknown;

  /** Never rejects: `failure` says how it went. */
  async function ask(): Promise<void> {
    const since = Date.now();
    askedAt = since;
    try {
      held = { find: createLocalJWKSet(await fetchJwks(url, limits.timeoutMs)), since };
      failure = undefined;
    } catch (error) {
      failure = error;
      logger().warn({ error, url }, "The issuer's keys could not be fetched");
    } finally {
      asking = undefined;
    }
  }

  /** One fetch at a time, for everybody who needs it; none at all within the pause after one. */
  function refresh(): Promise<void> {
    const pauseMs = isYounger(held?.since, limits.keepMs) ? limits.pauseMs : limits.pauseWithoutMs;
    if (asking === undefined && !isYounger(askedAt, pauseMs)) asking = ask();
    return asking ?? Promise.resolve();
  }

  async function find(header: JWTHeaderParameters): Promise<CryptoKey | undefined> {
    if (!isYounger(held?.since, limits.keepMs)) throw new AppError("unavailable", { cause: failure });
    try {
      return await held?.find(header);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey) return undefined;
      // Two keys of one name, or one that is damaged, private or too short: it checks nothing.
      throw new AppError("invalid_token", { cause });
    }
  }

  return async (header) => {
    if (typeof header.kid !== "string") throw new AppError("invalid_token");
    if (!isYounger(held?.since, limits.freshMs)) {
      // While the issuer is known not to answer, nobody waits for it who can be served without.
      const isDown = failure !== undefined && isYounger(askedAt, 2 * limits.pauseMs);
      const refreshed = refresh();
      if (!isDown || !isYounger(held?.since, limits.keepMs)) await refreshed;
    }
    let key = await find(header);
    if (key === undefined) {
      await refresh();
      key = await find(header);
    }
    if (key === undefined && failure !== undefined) throw new AppError("unavailable", { cause: failure });
    if (key === undefined || !isLong(key)) throw new AppError("invalid_token");
    return key;
  };
}

/** A clock that was put back makes everything old: it is asked for once more. */
function isYounger(since: number | undefined, ageMs: number): boolean {
  const age = Date.now() - (since ?? Number.NaN);
  return age >= 0 && age < ageMs;
}

/** RSA keys below 2048 bits can be computed. */
function isLong(key: CryptoKey): boolean {
  const { modulusLength = 2048 } = key.algorithm as { modulusLength?: number };
  return modulusLength >= 2048;
}
