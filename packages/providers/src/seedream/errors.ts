import { ProviderError, type ProviderFailure } from "@genbff/core";
import { type FailedAnswer, type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { errorSchema, type SeedreamRefusal } from "./wire.ts";

/** What the vendor asks for where it limits our rate and names no time. */
const backoffMs = 2_000;

const moderation = /^(Input|Output)?(?:Text|Image)?(?:SensitiveContentDetected|RiskDetection)$/;
/** No money on our account, or a limit that we have set there ourselves: no waiting cures it. */
const ofMoney = new Set(["AccountOverdueError", "QuotaExceeded", "SetLimitExceeded"]);
/** Our key, or a model that is not switched on. The status is told where the code comes without one. */
const ofAccount = new Map([
  ["AuthenticationError", 401],
  ["AccountOverdueError", 403],
  ["AccessDenied", 403],
  ["InvalidEndpoint", 400],
  ["InvalidEndpointOrModel", 404],
  ["ModelNotOpen", 404],
  ["UnsupportedModel", 404],
  ["NotFound", 404],
]);
const ofRequest = new Set(["MissingParameter", "InvalidParameter"]);
const ofRate = new Set([
  "RateLimitExceeded",
  "AccountRateLimitExceeded",
  "RequestBurstTooFast",
  "InflightBatchsizeExceeded",
  "ServerOverloaded",
  "QuotaExceeded",
  "SetLimitExceeded",
]);
/** The vendor's fields and ours. */
const ourFields: Readonly<Record<string, string>> = {
  prompt: "prompt",
  size: "size",
  output_format: "output_format",
  background: "background",
  "optimize_prompt_options.mode": "prompt_optimization",
  "sequential_image_generation_options.max_images": "n",
};

/**
 * Translates a refusal. The status decides the outcome, the vendor's code refines what people see; codes are dotted, and
 * the part before the dot is the one that is documented: https://www.volcengine.com/docs/82379/1299023
 */
export function seedreamError(failed: Omit<FailedAnswer, "vendor" | "label">): ProviderError {
  const error = errorSchema.safeParse(failed.body).data?.error ?? {};
  return statusError(
    { ...failed, vendor: "seedream", label: slug(error.code) },
    choose(failed.status, error),
  );
}

/** A refusal of the whole call that came under status 200, e.g. within a stream: as its code's own status would have it. */
export function hiddenError(error: SeedreamRefusal, headers: Headers): ProviderError {
  const status = statusBehind(error);
  const label = `${slug(error.code) ?? "no code"} in a 200`;
  return statusError(
    { purpose: "submit", status, headers, body: error, vendor: "seedream", label },
    choose(status, error),
  );
}

/** Why one picture of several is missing. */
export function failureCode({ code }: SeedreamRefusal): ProviderFailure["code"] {
  return moderation.test(familyOf(code)) ? "content_rejected" : "provider_failed";
}

/** No picture came out, with a reason for each or with none at all. The vendor bills pictures that came out: nothing. */
export function allFailed(errors: readonly SeedreamRefusal[]): ProviderError {
  const rejected = errors.length > 0 && errors.every((error) => failureCode(error) === "content_rejected");
  return new ProviderError(rejected ? "content_rejected" : "provider_failed", {
    outcome: "failed",
    message: `seedream: no picture came out (${slug(errors[0]?.code) ?? "no code"})`,
    ...(rejected ? { details: { stage: "output" } } : {}),
  });
}

/** An answer of which nobody can tell what it holds; `billed` pictures where it says at least that. */
export function lostAnswer(why: string, billed?: number): ProviderError {
  const cost = billed === undefined ? {} : { cost: { unit: "images", amount: billed } };
  return new ProviderError("submission_unknown", {
    outcome: "unknown",
    message: `seedream: ${why}`,
    ...cost,
  });
}

function choose(status: number, { code, param = "" }: SeedreamRefusal): StatusErrorChoice {
  const family = familyOf(code);
  const refused = moderation.exec(family);
  if (refused !== null) {
    // A code that names no side comes before anything was painted.
    const stage = refused[1]?.toLowerCase() ?? "input";
    return { code: "content_rejected", final: true, details: { stage } };
  }
  if (ofMoney.has(family)) return { code: "provider_unavailable", operator: true, final: true };
  if (ofAccount.has(family)) return { code: "provider_unavailable", operator: true };
  if (status === 429) return { retryAfterMs: backoffMs };
  if (!ofRequest.has(family)) return {};
  if (/^image\b/.test(param)) return { code: "asset_unusable" };
  const field = Object.hasOwn(ourFields, param) ? ourFields[param] : undefined;
  return field === undefined ? {} : { code: "validation_failed", details: { field } };
}

/** A code that we do not know, or the server's own failure, may hide pictures that were made: an open question. */
function statusBehind({ code }: SeedreamRefusal): number {
  const family = familyOf(code);
  if (moderation.test(family) || ofRequest.has(family)) return 400;
  return ofAccount.get(family) ?? (ofRate.has(family) ? 429 : 500);
}

function familyOf(code: string | undefined): string {
  return code?.split(".")[0] ?? "";
}
