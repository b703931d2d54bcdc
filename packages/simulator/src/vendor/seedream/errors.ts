import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";
import { UnreadableBody } from "../../request.ts";
import { Refusal } from "./refusal.ts";

/** The vendor's error answers. */
export interface Errors {
  answer(refusal: Refusal, requestId: string): Response;
  body(refusal: Refusal, requestId: string): { readonly error: Record<string, unknown> };
  /** What stands in place of one picture of a batch. */
  item(refusal: Refusal, requestId: string): { readonly code: string; readonly message: string };
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
  /** The refusal a fault asks for. */
  of(fault: Fault): Refusal;
}

const types: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  429: "TooManyRequests",
};

/** Makes them; the request id stands in every message, and the canary beside it. */
export function createErrors(canary: string | undefined): Errors {
  const told = (message: string, requestId: string) =>
    `${message}${canary === undefined ? "" : ` (${canary})`} Request ID: ${requestId}`;
  const body = ({ status, code, message, param }: Refusal, requestId: string) => ({
    error: {
      code,
      message: told(message, requestId),
      // Servers in trouble say less.
      ...(status < 500 ? { param, type: types[status] ?? "BadRequest" } : {}),
    },
  });
  return {
    body,
    item: ({ code, message }, requestId) => ({ code, message: told(message, requestId) }),
    answer: (refusal, requestId) =>
      Response.json(body(refusal, requestId), { status: refusal.status, headers: refusal.headers }),
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) {
        return new Refusal(400, "InvalidParameter", "The request failed because the body is not valid JSON.");
      }
      const cause = error instanceof Error ? error.stack : error;
      return new Refusal(500, "InternalServiceError", `The simulator failed: ${cause}`);
    },
    of: refusalOf,
  };
}

/** A missing or wrong key. */
export function unauthorized(): Refusal {
  return new Refusal(
    401,
    "AuthenticationError",
    "The API key or AK/SK in the request is missing or invalid.",
  );
}

function refusalOf(fault: Fault): Refusal {
  const { kind, status } = fault;
  switch (kind) {
    case "rate_limited":
      return tooMany(fault);
    case "quota":
      return withoutMoney(fault);
    case "unauthorized":
      return withoutAccess(status);
    case "moderated":
      return sensitive(fault);
    default:
      return new Refusal(
        status ?? 500,
        "InternalServiceError",
        "The service encountered an unexpected internal error.",
      );
  }
}

const limits: Readonly<Record<string, string>> = {
  endpoint: "RateLimitExceeded.EndpointRPMExceeded",
  account: "AccountRateLimitExceeded",
  burst: "RequestBurstTooFast",
  inflight: "InflightBatchsizeExceeded",
  overloaded: "ServerOverloaded",
};

function tooMany(fault: Fault): Refusal {
  const code = limits[fault.variant ?? "endpoint"] ?? String(fault.variant);
  const message = "The requests per minute limit is exceeded. Please try again later.";
  return new Refusal(fault.status ?? 429, code, message, "", retryAfterHeader(fault));
}

/** `quota`: the account owes money; with `status: 429` a limit of its own, `variant` `quota` or `limit`. */
function withoutMoney({ status = 403, variant }: Fault): Refusal {
  if (status !== 429) {
    return new Refusal(
      status,
      "AccountOverdueError",
      "The request failed because your account has an overdue balance.",
    );
  }
  const code = variant === "limit" ? "SetLimitExceeded" : "QuotaExceeded";
  return new Refusal(429, code, "Your account has reached the usage limit that is set for this model.");
}

function withoutAccess(status: number | undefined): Refusal {
  if (status === 403) {
    return new Refusal(403, "AccessDenied", "The request failed because you do not have access.");
  }
  if (status === 404) {
    return new Refusal(
      404,
      "ModelNotOpen",
      "Your account has not activated the model. Please activate it in the Ark Console.",
    );
  }
  return unauthorized();
}

/** Content that is not wanted; `variant` is the code, where it is to be another. */
function sensitive({ status, stage = "input", variant }: Fault): Refusal {
  const side = stage === "input" ? "InputText" : "OutputImage";
  const what = stage === "input" ? "input text" : "generated image";
  return new Refusal(
    status ?? 400,
    variant ?? `${side}SensitiveContentDetected`,
    `The request failed because the ${what} may contain sensitive information.`,
  );
}
