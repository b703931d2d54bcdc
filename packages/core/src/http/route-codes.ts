import type { ErrorCode } from "../contract/error-codes.ts";
import type { Route } from "../contract/routes.ts";

const ofEveryRoute: readonly ErrorCode[] = ["internal_error", "unavailable"];
const ofEveryPersonalRoute: readonly ErrorCode[] = ["unauthenticated", "token_expired", "invalid_token"];
const ofEveryBody: readonly ErrorCode[] = [
  "invalid_json",
  "validation_failed",
  "unsupported_media_type",
  "payload_too_large",
  "request_timeout",
];

/** Whether the answer depends on who asks. */
export function isPersonal(route: Route): boolean {
  return route.auth !== "none" && route.auth !== "signature";
}

/** Every code that a route can answer: its own, and those of what is done for it before its handler. */
export function codesOf(route: Route): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    ...(isPersonal(route) ? ofEveryPersonalRoute : []),
    ...(route.auth === "admin" ? (["forbidden"] as const) : []),
    ...(route.path.includes("{") ? (["not_found"] as const) : []),
    ...(route.query ? (["validation_failed"] as const) : []),
    ...(route.body ? ofEveryBody : []),
    ...route.errors,
    ...ofEveryRoute,
  ]);
}
