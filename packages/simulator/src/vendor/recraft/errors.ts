import { randomUUID } from "node:crypto";
import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";
import { UnreadableBody } from "../../request.ts";
import { Refusal } from "./refusal.ts";

/** The vendor's signature under its answers, and its error answers. */
export interface Errors {
  /** An id for a call; the canary stands in it. */
  id(): string;
  /** Puts on an answer what every answer carries. */
  sign(response: Response, id?: string): Response;
  answer(refusal: Refusal): Response;
  body(refusal: Refusal): unknown;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
  /** The refusal a fault asks for. */
  of(fault: Fault): Refusal;
}

/** Makes them. */
export function createErrors(canary: string | undefined): Errors {
  const id = () => `${canary === undefined ? "" : `${canary}-`}${randomUUID()}`;
  const sign = (response: Response, own = id()) => {
    response.headers.set("x-recraft-requestid", own);
    return response;
  };
  const body = ({ code, message }: Refusal) => ({
    code,
    message: canary === undefined ? message : `${message} (${canary})`,
  });
  return {
    id,
    sign,
    body,
    answer: (refusal) =>
      sign(Response.json(body(refusal), { status: refusal.status, headers: refusal.headers })),
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) {
        return error.reason === "syntax"
          ? new Refusal(400, "invalid_request", "The body of the request cannot be read")
          : new Refusal(415, "invalid_content_type", "Use application/json or multipart/form-data");
      }
      return new Refusal(
        500,
        "internal_error",
        `The simulator failed: ${error instanceof Error ? error.stack : error}`,
      );
    },
    of: refusalOf,
  };
}

function refusalOf(fault: Fault): Refusal {
  const { status } = fault;
  switch (fault.kind) {
    case "rate_limited":
      // Live answers had no header: only a rule that asks for one gets it.
      return new Refusal(
        status ?? 429,
        "rate_limit_exceeded",
        "Rate limit exceeded: at most 5 requests per second",
        fault.retryAfter === undefined ? {} : retryAfterHeader(fault),
      );
    case "quota":
      return new Refusal(
        status ?? 402,
        "not_enough_credits",
        "Not enough credits: please top up your balance",
      );
    case "unauthorized":
      return unauthorized(status);
    case "moderated":
      return new Refusal(
        status ?? 400,
        "content_moderation",
        fault.stage === "output"
          ? "The generated image was rejected by content moderation"
          : "The prompt or the image contains prohibited content",
      );
    default:
      return new Refusal(status ?? 500, "internal_error", "Something went wrong, please try again later");
  }
}

/** A missing, empty or wrong token. */
export function unauthorized(status = 401): Refusal {
  return new Refusal(status, "unauthorized", "The API token is missing or not valid");
}
