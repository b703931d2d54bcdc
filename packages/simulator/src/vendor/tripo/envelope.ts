import { randomUUID } from "node:crypto";
import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";
import { type ReceivedRequest, UnreadableBody } from "../../request.ts";
import { Refusal } from "./refusal.ts";

/** Wraps what this vendor says. */
export interface Envelope {
  success(data: unknown, request: ReceivedRequest): Response;
  refusal(refusal: Refusal, request: ReceivedRequest): Response;
  /** The JSON of a refusal, without its HTTP status. */
  refusalBody(refusal: Refusal, request: ReceivedRequest): unknown;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
}

/** Makes the envelope; the canary goes where the vendor's own words and ids would be. */
export function createEnvelope(canary: string | undefined): Envelope {
  const said = (text: string) => (canary === undefined ? text : `${text} (${canary})`);
  const traceId = () => (canary === undefined ? randomUUID() : `${randomUUID()}-${canary}`);

  const respond = (
    body: unknown,
    status: number,
    request: ReceivedRequest,
    more: Record<string, string> = {},
  ) => {
    const sent = request.headers.get("x-request-id");
    const headers = {
      "x-tripo-trace-id": traceId(),
      "x-ratelimit-limit": "200",
      "x-ratelimit-remaining": "199",
      "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 60),
      ...(sent === null ? {} : { "x-request-id": sent }),
      ...more,
    };
    return Response.json(body, { status, headers });
  };
  const refusalBody = ({ code, message, suggestion }: Refusal, request: ReceivedRequest) => ({
    code,
    status: "error",
    message: said(message),
    suggestion: said(suggestion),
    request_id: request.headers.get("x-request-id") ?? traceId(),
  });
  return {
    refusalBody,
    success: (data, request) => respond({ code: 0, status: "success", data }, 200, request),
    refusal: (refusal, request) =>
      respond(refusalBody(refusal, request), refusal.status, request, refusal.headers),
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) {
        return new Refusal(error.reason === "syntax" ? 400 : 415, 1003, "The request body is malformed");
      }
      return new Refusal(500, 1000, `The simulator failed: ${error instanceof Error ? error.stack : error}`);
    },
  };
}

/** A missing, empty or wrong key. */
export function unauthorized(): Refusal {
  return new Refusal(401, 2, "Authentication failed", "Please check your API key and region.");
}

/** The refusal a fault asks for. */
export function refusalOf(fault: Fault): Refusal {
  const { status } = fault;
  switch (fault.kind) {
    case "rate_limited": {
      const headers = retryAfterHeader(fault);
      return fault.variant === "rate"
        ? new Refusal(status ?? 429, 1007, "Too many requests", "Please retry later.", {
            ...headers,
            "x-ratelimit-remaining": "0",
          })
        : new Refusal(
            status ?? 429,
            2000,
            "You have exceeded the limit of generation.",
            "Please retry later.",
            headers,
          );
    }
    case "quota":
      return new Refusal(status ?? 403, 2010, "You don't have enough credit.", "Please top up your account.");
    case "unauthorized":
      return unauthorized();
    case "moderated":
      return new Refusal(
        status ?? 400,
        2008,
        "The content violates our content policy.",
        "Please change it.",
      );
    default:
      return new Refusal(status ?? 500, 1000, "Unknown server error", "Please retry later.");
  }
}
