import type { Fault } from "./rule.ts";

/** The `Retry-After` header a `rate_limited` fault asks for; empty where it wants none. */
export function retryAfterHeader({ retryAfter = 1, seconds = 2 }: Fault): Record<string, string> {
  switch (retryAfter) {
    case "absent":
      return {};
    case "garbage":
      return { "retry-after": "soon, probably" };
    case "date":
      return { "retry-after": new Date(Date.now() + seconds * 1000).toUTCString() };
    default:
      return { "retry-after": String(retryAfter) };
  }
}
