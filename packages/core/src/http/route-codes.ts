import type { ErrorCode } from "../contract/error-codes.ts";
import type { Route } from "../contract/routes.ts";

/** What can be answered before a route's own function is asked, or whatever it does. */
export const codesOfEvery = {
  /** `rate_limited`: of the address that asks, before anybody knows who it is. */
  route: ["internal_error", "rate_limited", "unavailable"],
  /** `forbidden`: nobody pays for them, says the team's `credits.walletOf`. */
  person: ["unauthenticated", "token_expired", "invalid_token", "forbidden"],
  body: [
    "invalid_json",
    "validation_failed",
    "unsupported_media_type",
    "payload_too_large",
    "request_timeout",
  ],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** Whether the answer depends on who asks. */
export function isPersonal(route: Route): boolean {
  return route.auth !== "none" && route.auth !== "signature";
}

/** Of those, what a route shares with all of its kind. */
export function sharedCodesOf(route: Route): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    ...(isPersonal(route) ? codesOfEvery.person : []),
    ...(route.body ? codesOfEvery.body : []),
    ...codesOfEvery.route,
  ]);
}

/** Every code that a route can answer: its own, and those of what is done for it before its handler. */
export function codesOf(route: Route): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    ...sharedCodesOf(route),
    ...(route.path.includes("{") ? (["not_found"] as const) : []),
    ...(route.query ? (["validation_failed"] as const) : []),
    ...route.errors,
  ]);
}
