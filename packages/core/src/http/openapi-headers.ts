import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import type { Route } from "../contract/routes.ts";
import { retryAfterS } from "./error-response.ts";
import { codesOf } from "./route-codes.ts";

const text = { type: "string" };
const seconds = { type: "integer", minimum: 1 };
const count = { type: "integer", minimum: 0 };

/** Headers of answers, by their names. What every HTTP answer has is not among them. */
const described = {
  "X-Request-Id": { description: "By it the operators find this request in their log.", schema: text },
  "Idempotency-Replayed": {
    description:
      "This is the answer of an earlier request with the same `Idempotency-Key`; nothing was done.",
    schema: { const: "true" },
  },
  Location: { description: "Where the status of what was started is.", schema: text },
  "Preference-Applied": { description: "`wait=N`: the answer has waited for the end.", schema: text },
  "Retry-After": { description: "Seconds until another try makes sense.", schema: seconds },
  "RateLimit-Limit": {
    description: "Allowed within a minute. Absent where nothing is limited.",
    schema: count,
  },
  "RateLimit-Remaining": { description: "Of these, what is left now.", schema: count },
  "RateLimit-Reset": { description: "Seconds until the next place is free.", schema: count },
  "WWW-Authenticate": { description: "`Bearer`.", schema: text },
} as const satisfies Record<string, { description: string; schema: object }>;
type HeaderName = keyof typeof described;

const ofRates = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] as const;

/** Which headers an answer of a route may have. */
export function headersOf(route: Route, status: number): readonly HeaderName[] {
  const asked = Object.keys(route.headers?.shape ?? {});
  const isAnswer = Object.hasOwn(route.answers, status);
  const isStart = isAnswer && asked.includes("Prefer");
  const codes: ErrorCode[] = [...codesOf(route)].filter((code) => errorCodes[code].status === status);
  return [
    "X-Request-Id",
    ...(isAnswer && asked.includes("Idempotency-Key") ? (["Idempotency-Replayed"] as const) : []),
    ...(isStart ? (["Location"] as const) : []),
    ...(isStart && status === 200 ? (["Preference-Applied"] as const) : []),
    ...(isStart || codes.includes("rate_limited") ? ofRates : []),
    ...(codes.some((code) => retryAfterS[code] !== undefined) ? (["Retry-After"] as const) : []),
    ...(status === 401 ? (["WWW-Authenticate"] as const) : []),
  ];
}

/** What stands under `components`. */
export function namedHeaders(): Record<string, object> {
  return { ...described };
}

/** The headers of an answer, by reference. */
export function headerReferences(route: Route, status: number): Record<string, { $ref: string }> {
  return Object.fromEntries(
    headersOf(route, status).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}
