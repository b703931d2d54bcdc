import { randomUUID } from "node:crypto";
import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";
import { type ReceivedRequest, UnreadableBody } from "../../request.ts";
import { badRequest, Refusal } from "./refusal.ts";

/** The vendor's error answers. */
export interface Errors {
  /** An id for a request or an error; the canary stands in it. */
  id(): string;
  answer(refusal: Refusal, request: ReceivedRequest): Response;
  body(refusal: Refusal, path: string): unknown;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
  /** The refusal a fault asks for. */
  of(fault: Fault): Refusal;
}

/** Makes them. `/v1` has a `message` where `/v2beta` has a list. */
export function createErrors(canary: string | undefined): Errors {
  const id = () => `${canary === undefined ? "" : `${canary}-`}${randomUUID().replaceAll("-", "")}`;
  const said = (text: string) => (canary === undefined ? text : `${text} (${canary})`);
  const body = ({ reason, errors }: Refusal, path: string) => {
    const own = reason === "rate_limit_exceeded" ? reason : id();
    const name = path.startsWith("/v1/") ? (v1Names[reason] ?? reason) : reason;
    const said1 = errors.map(said);
    return path.startsWith("/v1/")
      ? { id: own, name, message: said1.join("; ") }
      : { id: own, name, errors: said1 };
  };
  return {
    id,
    body,
    answer(refusal, { path }) {
      const headers = { "x-request-id": id(), ...refusal.headers };
      return Response.json(body(refusal, path), { status: refusal.status, headers });
    },
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) return badRequest("body: is not valid multipart/form-data");
      return new Refusal(500, "internal_error", [
        `The simulator failed: ${error instanceof Error ? error.stack : error}`,
      ]);
    },
    of: refusalOf,
  };
}

const v1Names: Readonly<Record<string, string>> = { internal_error: "server_error" };

function refusalOf(fault: Fault): Refusal {
  const { status } = fault;
  switch (fault.kind) {
    case "rate_limited": {
      // The vendor documents no header: only a rule that asks for one gets it.
      const headers = fault.retryAfter === undefined ? {} : retryAfterHeader(fault);
      const text =
        "You have exceeded the rate limit of 150 requests within a 10 second period, and have been timed out for 60 seconds.";
      return new Refusal(status ?? 429, "rate_limit_exceeded", [text], headers);
    }
    case "quota":
      return new Refusal(status ?? 402, "payment_required", [
        "You lack sufficient credits to make this request. Please purchase more credits and try again.",
      ]);
    case "unauthorized":
      return unauthorized(status);
    case "moderated":
      return moderated(fault);
    case "job_failed":
      return new Refusal(status ?? 400, "bad_request", ["generation: failed, and was not charged"]);
    default:
      return new Refusal(status ?? 500, "internal_error", [
        "An unexpected server error has occurred, please try again later.",
      ]);
  }
}

/** A missing, empty or wrong key. */
export function unauthorized(status = 401): Refusal {
  return new Refusal(status, "unauthorized", ["authorization: invalid or missing header value"]);
}

function moderated({ status, variant }: Fault): Refusal {
  if (variant === "public_figure") {
    return new Refusal(status ?? 422, "public_figure", [
      "Our system detected the likeness of a public figure in your image. To comply with our guidelines, this request cannot be processed. Please upload a different image.",
    ]);
  }
  return new Refusal(status ?? 403, "content_moderation", [
    "Your request was flagged by our content moderation system, as a result your request was denied and you were not charged.",
  ]);
}
