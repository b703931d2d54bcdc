import type { Fault } from "../../faults/rule.ts";
import { UnreadableBody } from "../../request.ts";
import { invalidArgument, Refusal } from "./refusal.ts";

/** The vendor's error answers. */
export interface Errors {
  answer(refusal: Refusal): Response;
  body(refusal: Refusal): Record<string, unknown>;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
  /** The answer a refusing fault asks for, other than of moderation. */
  refused(fault: Fault, model: string): Response;
}

const type = (name: string) => `type.googleapis.com/google.rpc.${name}`;

/** Makes them; the canary goes where the vendor's own words are. */
export function createErrors(canary: string | undefined): Errors {
  const body = ({ code, message, status, details }: Refusal) => ({
    error: {
      code,
      message: canary === undefined ? message : `${message} (${canary})`,
      status,
      ...(details.length > 0 ? { details } : {}),
    },
  });
  const answer = (refusal: Refusal, headers: Record<string, string> = {}) =>
    Response.json(body(refusal), {
      status: refusal.code,
      headers: { "content-type": "application/json; charset=UTF-8", ...headers },
    });
  const page = (status: number) =>
    new Response(
      `<!DOCTYPE html>\n<html lang=en>\n<title>Error ${status} (Server Error)!!1</title>\n<p>The server encountered an error. ${canary ?? ""}</html>\n`,
      { status, headers: { "content-type": "text/html; charset=UTF-8" } },
    );
  return {
    body,
    answer: (refusal) => answer(refusal),
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) {
        return invalidArgument("Invalid JSON payload received. Expected a JSON object.");
      }
      const cause = error instanceof Error ? error.stack : error;
      return new Refusal(500, "INTERNAL", `The simulator failed: ${cause}`);
    },
    refused(fault, model) {
      const { status = 500 } = fault;
      switch (fault.kind) {
        case "rate_limited":
        case "quota":
          return answer(overQuota(fault, model), waitHeader(fault));
        case "unauthorized":
          return answer(wrongKey(fault.status));
        case "server_error":
          return fault.variant === "html" || status === 502 ? page(status) : answer(serverError(status));
        default:
          return answer(serverError(status));
      }
    },
  };
}

/** No key, or one that is none. */
export function wrongKey(status = 401): Refusal {
  if (status === 403) return new Refusal(403, "PERMISSION_DENIED", "The caller does not have permission");
  if (status !== 400) {
    return new Refusal(
      401,
      "UNAUTHENTICATED",
      "Request had invalid authentication credentials. Expected a valid API key.",
    );
  }
  return new Refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
    {
      "@type": type("ErrorInfo"),
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    },
  ]);
}

/** The refusal of a server that cannot just now. */
export function serverError(status: number): Refusal {
  switch (status) {
    case 503:
      return new Refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
    case 504:
      return new Refusal(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.");
    default:
      return new Refusal(status, "INTERNAL", "An internal error has occurred. Please retry or report.");
  }
}

/**
 * 429. `rate_limited` is the quota of a minute, `quota` that of a day; variants are `minute`, `day`, `zero` (a tier
 * that has none) and `billing`, which is a 400. The wait stands in the body.
 */
function overQuota({ kind, status = 429, variant, details, retryAfter = 1 }: Fault, model: string): Refusal {
  const form = variant ?? (kind === "quota" ? "day" : "minute");
  if (form === "billing") {
    return new Refusal(
      400,
      "FAILED_PRECONDITION",
      "Billing is not enabled for this project. Please enable it in AI Studio.",
    );
  }
  const limit = form === "zero" ? 0 : form === "day" ? 250 : 10;
  const delay = typeof retryAfter === "number" ? `${retryAfter}s` : retryAfter;
  const waits = form !== "zero" && delay !== "absent" && delay !== "date";
  const metric = `generativelanguage.googleapis.com/generate_requests_per_model${form === "day" ? "_per_day" : ""}`;
  const message =
    "You exceeded your current quota, please check your plan and billing details. " +
    `* Quota exceeded for metric: ${metric}, limit: ${limit}, model: ${model}`;
  const violation = {
    quotaMetric: metric,
    quotaId: `GenerateRequestsPer${form === "day" ? "Day" : "Minute"}PerProjectPerModel${form === "zero" ? "-FreeTier" : ""}`,
    quotaDimensions: { location: "global", model },
    quotaValue: String(limit),
  };
  const links = [
    {
      description: "Learn more about Gemini API quotas",
      url: "https://ai.google.dev/gemini-api/docs/rate-limits",
    },
  ];
  const all = [
    { "@type": type("QuotaFailure"), violations: [violation] },
    { "@type": type("Help"), links },
    ...(waits ? [{ "@type": type("RetryInfo"), retryDelay: delay === "garbage" ? "soon" : delay }] : []),
  ];
  return new Refusal(
    status,
    status === 503 ? "UNAVAILABLE" : "RESOURCE_EXHAUSTED",
    message,
    details === false ? [] : all,
  );
}

/** The vendor itself sends no `Retry-After`; a date can only come from a server between. */
function waitHeader({ retryAfter, seconds = 2 }: Fault): Record<string, string> {
  if (retryAfter !== "date") return {};
  return { "retry-after": new Date(Date.now() + seconds * 1000).toUTCString() };
}
