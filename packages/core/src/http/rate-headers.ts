import { type Rate, tellsRate } from "../limits/rate.ts";

/** `RateLimit-Limit`, `-Remaining` and `-Reset`, where something tells a rate; else nothing. */
export function rateHeaders(told: Rate | Record<string, unknown> | undefined): Record<string, string> {
  if (!tellsRate(told)) return {};
  return {
    "ratelimit-limit": String(told.limit),
    "ratelimit-remaining": String(told.remaining),
    "ratelimit-reset": String(told.reset_s),
  };
}
