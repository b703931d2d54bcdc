import * as z from "zod";
import { streamHeaders } from "./headers.ts";
import type { Route } from "./routes.ts";

/** `event: tick` of `GET /diagnostics/stream`. Arriving long after `sent_at`, or several at once: something on the way holds them back. */
export const tickEvent = z.object({
  tick: z.int().min(1),
  of: z.int(),
  sent_at: z.iso.datetime({ offset: true }),
});
export type TickEvent = z.output<typeof tickEvent>;

/** What anybody may ask, to see what lies between. */
export const diagnosticRoutes = {
  diagnosticStream: {
    method: "GET",
    path: "/diagnostics/stream",
    summary: "An event each second, to see whether a proxy holds streams back",
    auth: "none",
    query: z.strictObject({ seconds: z.coerce.number().int().min(1).max(60).default(10) }),
    headers: streamHeaders,
    /** 204: `Last-Event-ID` was the last one. */
    answers: { 200: null, 204: null },
    answerType: "text/event-stream",
    errors: ["rate_limited"],
  },
} as const satisfies Record<string, Route>;
