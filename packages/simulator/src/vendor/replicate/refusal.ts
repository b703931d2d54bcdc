import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";
import { UnreadableBody } from "../../request.ts";

/** Thrown where the vendor refuses. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** With one, the error has its longer form. */
  readonly title: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, title?: string, headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.headers = headers;
  }
}

/** Everything that is wrong with an input or a body, one line each. */
export function invalid(problems: readonly string[]): Refusal {
  return new Refusal(422, problems.map((problem) => `- ${problem}\n`).join(""), "Input validation failed");
}

/** A missing or wrong token. */
export function unauthenticated(): Refusal {
  return new Refusal(401, "You did not pass a valid authentication token", "Unauthenticated");
}

/** Nothing there, or somebody else's. */
export function notFound(): Refusal {
  return new Refusal(404, "The requested resource could not be found.");
}

/** The refusal a fault asks for. */
export function refusalOf(fault: Fault): Refusal {
  const { status, retryAfter, seconds = 30 } = fault;
  switch (fault.kind) {
    case "rate_limited": {
      // Whether the vendor sends the header is not known: without a wish of its own, the wait is in the text alone.
      const wait = typeof retryAfter === "number" ? retryAfter : seconds;
      const text = `Request was throttled. Your rate limit resets in ~${wait}s.`;
      return new Refusal(
        status ?? 429,
        text,
        undefined,
        retryAfter === undefined ? {} : retryAfterHeader(fault),
      );
    }
    case "quota": {
      const text = "You have insufficient credit to run this model. Go to replicate.com/account/billing.";
      return new Refusal(status ?? 402, text, "Insufficient credit");
    }
    case "unauthorized": {
      const { message, title } = unauthenticated();
      return new Refusal(status ?? 401, message, title);
    }
    default:
      return new Refusal(status ?? 500, "Internal server error");
  }
}

/** The vendor's error answers. */
export interface Answers {
  refusal(refusal: Refusal): Response;
  /** The JSON of a refusal, without its HTTP status. */
  body(refusal: Refusal): unknown;
  /** A text of the vendor's own, with the canary in it. */
  said(text: string): string;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
}

/** Makes them; the canary goes where the vendor's own words would be. */
export function createAnswers(canary: string | undefined): Answers {
  const said = (text: string) => (canary === undefined ? text : `${text} (${canary})`);
  const body = ({ title, message, status }: Refusal) =>
    title === undefined ? { detail: said(message) } : { title, detail: said(message), status };
  return {
    said,
    body,
    refusal: (refusal) => Response.json(body(refusal), { status: refusal.status, headers: refusal.headers }),
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) {
        return new Refusal(400, "The request body is malformed.");
      }
      return new Refusal(500, `The simulator failed: ${error instanceof Error ? error.stack : error}`);
    },
  };
}
