import { retryAfterHeader } from "../../faults/retry-after.ts";
import type { Fault } from "../../faults/rule.ts";
import { UnreadableBody } from "../../request.ts";
import { Refusal } from "./refusal.ts";
import type { Signature } from "./signature.ts";

/** The vendor's error answers. */
export interface Errors {
  answer(refusal: Refusal): Response;
  body(refusal: Refusal, requestId: string): unknown;
  unauthorized(): Refusal;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Refusal;
  /** The refusal a fault asks for. */
  of(fault: Fault): Refusal;
}

/** Makes them; each message ends with the vendor's name or the canary in its place. */
export function createErrors(canary: string | undefined, signature: Signature): Errors {
  const name = canary ?? "OpenAI";
  const body = (refusal: Refusal, requestId: string) => ({
    error: {
      message: canary === undefined ? refusal.message : `${refusal.message} (${canary}, ${requestId})`,
      type: refusal.type,
      param: refusal.param,
      code: refusal.code,
      ...refusal.extra,
    },
  });
  const unauthorized = () =>
    new Refusal(401, `Incorrect API key provided. You can find your API key in your ${name} account.`, {
      code: "invalid_api_key",
    });
  return {
    body,
    unauthorized,
    answer(refusal) {
      const id = signature.requestId();
      const { status, headers } = refusal;
      return signature.sign(Response.json(body(refusal, id), { status, headers }), id);
    },
    from(error) {
      if (error instanceof Refusal) return error;
      if (error instanceof UnreadableBody) {
        return error.reason === "syntax"
          ? new Refusal(400, "We could not parse the JSON or form body of your request.")
          : new Refusal(400, "Unsupported content type. Use application/json or multipart/form-data.");
      }
      return new Refusal(500, `The simulator failed: ${error instanceof Error ? error.stack : error}`, {
        type: "server_error",
      });
    },
    of(fault) {
      const { status } = fault;
      switch (fault.kind) {
        case "rate_limited":
          return new Refusal(
            status ?? 429,
            `Rate limit exceeded for images per minute in organization org-${canary ?? "simulated"}. Limit: 5/1min. Current: 6/1min.`,
            { type: "requests", code: "rate_limit_exceeded", headers: retryAfterHeader(fault) },
          );
        case "quota":
          return new Refusal(
            status ?? 429,
            "You exceeded your current quota, please check your plan and billing details.",
            { type: "insufficient_quota", code: "insufficient_quota" },
          );
        case "unauthorized":
          return status === 403 ? unverified() : unauthorized();
        case "moderated":
          return moderated(fault);
        default:
          return new Refusal(status ?? 500, `The server had an error while processing your request. Sorry!`, {
            type: "server_error",
          });
      }
    },
  };
}

/** A key that is right, of an organization that may not use this model. */
function unverified(): Refusal {
  return new Refusal(403, "Your organization must be verified to use this model.", {
    type: "invalid_request_error",
  });
}

function moderated({ status, stage, details }: Fault): Refusal {
  const moderation = {
    moderation_details: {
      moderation_stage: stage === "output" ? "output" : "input",
      categories: ["violence"],
    },
  };
  return new Refusal(status ?? 400, "Your request was rejected by the safety system.", {
    type: "image_generation_user_error",
    code: "moderation_blocked",
    extra: details === false ? {} : moderation,
  });
}
