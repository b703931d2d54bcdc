/// <reference path="./rate-limiter-flexible.d.ts" />
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import RateLimiterRedis from "rate-limiter-flexible/lib/RateLimiterRedis.js";
import RLWrapperTimeouts from "rate-limiter-flexible/lib/RLWrapperTimeouts.js";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../shared/logger.ts";
import { clientAddress } from "./client-address.ts";

/** What is used of an ioredis client. */
export interface RedisClient {
  readonly status: string;
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): unknown;
  multi(): unknown;
}

/**
 * How many requests an address may make in a minute without showing who it is: refused tokens and signatures, routes
 * that are open to everybody, paths that do not exist. `/health` and `/ready` are never counted. An address that has
 * had its number is answered 429 `rate_limited` before anybody looks at its token, whoever else uses it.
 *
 * What cannot be counted, because Redis is down or slow, is let through when it only reads, and is answered 503
 * `unavailable` when it does not.
 */
export interface AddressLimits {
  /** Default 300. Many people may share one address. */
  readonly perMinute?: number;
  /**
   * How many proxies of yours every request passes: load balancer, CDN. Their entries at the right end of
   * `X-Forwarded-For` are believed. Default 0: the socket's own address counts. Too small a number counts everybody as
   * your proxy, too large a one lets clients write their own.
   */
  readonly trustedProxies?: number;
  /** An ioredis client, which you close. Default: each process counts in its own memory. */
  readonly redis?: RedisClient;
  /** How long Redis may take. Default 1,000. */
  readonly timeoutMs?: number;
}

/** One request, as its address is held to the limit. Both throw `rate_limited` or `unavailable`. */
export interface Visit {
  /** As it is counted: an IPv4 address, or the /64 of an IPv6 one. Undefined: nobody has told it. */
  readonly address: string | undefined;
  /** Before anything is done for it. */
  admit(): Promise<void>;
  /** It has shown no right to be here. A second call counts nothing. */
  count(): Promise<void>;
}

/** Begins with every request. */
export type AddressLimit = (request: Request, remoteAddress: string | undefined) => Visit;

const minuteS = 60;

/**
 * Makes the limit of addresses; by rate-limiter-flexible, in windows that begin with an address's first request.
 *
 * @throws Error - a number that is none.
 */
export function createAddressLimit(limits: AddressLimits, logger: Logger): AddressLimit {
  const { perMinute = 300, trustedProxies = 0, redis, timeoutMs = 1000 } = limits;
  checkNumber("perMinute", perMinute, 1);
  checkNumber("trustedProxies", trustedProxies, 0);
  checkNumber("timeoutMs", timeoutMs, 1);
  const counter = createCounter(redis, perMinute, timeoutMs);
  let warned = false;

  /** The count of the present minute, or null where there is none. */
  async function ask(request: Request, question: () => ReturnType<RateLimiterAbstract["get"]>) {
    try {
      return await question();
    } catch (error) {
      if (request.method !== "GET" && request.method !== "HEAD")
        throw new AppError("unavailable", { cause: error });
      logger.warn(
        { error },
        "The limit of addresses cannot be asked; a request that only reads is let through",
      );
      return null;
    }
  }

  return (request, remoteAddress) => {
    const forwardedFor = request.headers.get("x-forwarded-for");
    const address = clientAddress({ remoteAddress, forwardedFor, trustedProxies });
    if (address === undefined && !warned) {
      warned = true;
      logger.warn(
        {},
        "limits.addresses: the host tells no address (fetch's second argument); nothing is counted",
      );
    }
    let counted = address === undefined;
    return {
      address,
      async admit() {
        if (address === undefined) return;
        const found = await ask(request, () => counter.get(address));
        if (found !== null && found.consumedPoints >= perMinute) throw refusal(perMinute, found.msBeforeNext);
      },
      async count() {
        if (counted || address === undefined) return;
        counted = true;
        const found = await ask(request, () => counter.penalty(address));
        if (found !== null && found.consumedPoints > perMinute) throw refusal(perMinute, found.msBeforeNext);
      },
    };
  };
}

function createCounter(
  redis: RedisClient | undefined,
  points: number,
  timeoutMs: number,
): RateLimiterAbstract {
  const window = { points, duration: minuteS, keyPrefix: "genbff:address" };
  if (redis === undefined) return new RateLimiterMemory(window);
  // A client that waits for its connection would make every request wait with it.
  const limiter = new RateLimiterRedis({ ...window, storeClient: redis, rejectIfRedisNotReady: true });
  return new RLWrapperTimeouts({ limiter, timeoutMs });
}

function refusal(limit: number, afterMs: number): AppError {
  const seconds = Math.max(1, Math.ceil(afterMs / 1000));
  return new AppError("rate_limited", {
    details: { retry_after_s: seconds, limit, remaining: 0, reset_s: seconds },
  });
}

function checkNumber(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new Error(`limits.addresses.${name} must be a whole number of at least ${least}`);
}
