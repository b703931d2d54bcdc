import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";

/** One thing that a model found wrong. */
export interface Detail {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly url?: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
  readonly input?: unknown;
}

/** What the vendor answers in place of an output. Kept with a job: it is its result. */
export interface Failure {
  readonly status: number;
  readonly detail: string | readonly Detail[];
  /** With a text as detail only: the vendor's word for a request error. */
  readonly error_type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where the vendor refuses. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(JSON.stringify(failure.detail));
    this.failure = failure;
  }
}

/** What one model finds wrong with one field. */
export function detailOf(
  field: string | readonly (string | number)[],
  type: string,
  msg: string,
  more: Pick<Detail, "ctx" | "input"> = {},
): Detail {
  const loc = ["body", ...(typeof field === "string" ? [field] : field)];
  return { loc, msg, type, url: `https://docs.fal.ai/errors#${type}`, ...more };
}

/** A model's error: a list of details. */
export function modelFailure(status: number, details: readonly Detail[]): Failure {
  const [first] = details;
  return { status, detail: details, headers: { "x-fal-error-type": first?.type ?? "value_error" } };
}

const requestErrors: Readonly<Record<string, readonly [status: number, text: string]>> = {
  request_timeout: [504, "Request timed out"],
  startup_timeout: [504, "The runner did not start in time"],
  runner_scheduling_failure: [503, "No runner could be scheduled"],
  runner_connection_timeout: [503, "Connecting to the runner timed out"],
  runner_disconnected: [503, "The runner disconnected"],
  runner_connection_refused: [503, "The runner refused the connection"],
  runner_connection_error: [503, "The connection to the runner failed"],
  runner_incomplete_response: [502, "The runner's response is incomplete"],
  runner_server_error: [500, "The runner failed"],
  internal_error: [500, "Internal Server Error"],
  client_disconnected: [499, "The client disconnected"],
  client_cancelled: [499, "The request was cancelled by the client"],
  bad_request: [400, "Bad request"],
};

/** An error of the platform: a text and one of its words. */
export function requestFailure(type: string, text?: string): Failure {
  const [status, standard] = requestErrors[type] ?? [500, "Internal Server Error"];
  return {
    status,
    detail: text ?? standard,
    error_type: type,
    headers: { "x-fal-error-type": type, "x-fal-retryable": String(status === 503 || status === 504) },
  };
}

const modelErrors: Readonly<Record<string, readonly [status: number, text: string]>> = {
  internal_server_error: [500, "Internal server error"],
  generation_timeout: [504, "The generation timed out"],
  downstream_service_error: [502, "A downstream service failed"],
  downstream_service_unavailable: [503, "A downstream service is unavailable"],
  no_media_generated: [422, "No media was generated"],
};

/** How a job ends whose fate is to fail. */
export function failureOfFate(fate: Fault): Failure {
  if (fate.kind === "moderated") {
    const text = "The content could not be processed because it was flagged by a content checker.";
    return modelFailure(422, [detailOf("prompt", "content_policy_violation", text)]);
  }
  if (fate.kind === "job_cancelled") return requestFailure("client_cancelled");
  const { variant = "internal_server_error" } = fate;
  if (variant in requestErrors) return requestFailure(variant);
  const [status, text] = modelErrors[variant] ?? [422, variant];
  return modelFailure(status, [detailOf([], variant, text)]);
}

/** An error whose detail is a text and nothing else. */
export function plainFailure(status: number, detail: string, headers: Record<string, string> = {}): Failure {
  return { status, detail, headers };
}

/** A missing or wrong key. */
export function unauthorized(): Failure {
  return plainFailure(401, "Cannot access application. Authentication is required to access this resource.");
}

const gateways: Readonly<Record<number, string>> = {
  500: "internal_error",
  502: "runner_incomplete_response",
  503: "runner_scheduling_failure",
  504: "request_timeout",
};

/** The refusal a fault asks for. */
export function failureOf(fault: Fault): Failure {
  const { status } = fault;
  switch (fault.kind) {
    case "rate_limited": {
      // Whether the vendor sends the header is not known: without a wish of its own, it does not.
      const headers = fault.retryAfter === undefined ? {} : retryAfterHeader(fault);
      return plainFailure(status ?? 429, "Too many concurrent requests", headers);
    }
    case "quota":
      return plainFailure(
        status ?? 403,
        "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
      );
    case "unauthorized":
      return { ...unauthorized(), status: status ?? 401 };
    default:
      return { ...requestFailure(gateways[status ?? 500] ?? "internal_error"), status: status ?? 500 };
  }
}
