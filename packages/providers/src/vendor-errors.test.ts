import { describe, expect, it } from "vitest";
import { say } from "./conformance/say.ts";
import { geminiError, rejectionOf, withoutOutput } from "./gemini/errors.ts";
import { openaiError } from "./openai/errors.ts";
import { recraftError } from "./recraft/errors.ts";
import { allFailed, failureCode, seedreamError } from "./seedream/errors.ts";
import { endOfJob, stabilityError } from "./stability/errors.ts";
import { failedTask, tripoError } from "./tripo/errors.ts";

// Every word of refusal that a vendor's documents know, and what it means here: the outcome decides the money, the code
// what people read, and `operator` whom it wakes. The suite asks of every vendor what its statuses alone say.

const answered = { purpose: "submit", headers: new Headers() } as const;
const unknown = "unknown: submission_unknown";
const ours = "refused: provider_unavailable, operator";
const notUnderstood = "refused: provider_failed";
const inputRefused = "refused: content_rejected input";
const unusable = "refused: asset_unusable";

describe("openai", () => {
  const error = (code: string | null, rest: object = {}) => ({ error: { message: "CANARY", code, ...rest } });
  const stage = (moderation_stage: string) => ({ moderation_details: { moderation_stage, categories: [] } });
  it.each([
    [400, error("unknown_parameter", { param: "response_format" }), notUnderstood],
    [400, error("invalid_value", { param: "size" }), "refused: validation_failed size"],
    [400, error(null, { param: null }), notUnderstood],
    [400, error(null, { param: "image[0]" }), unusable],
    [400, error("moderation_blocked"), inputRefused],
    [400, error("moderation_blocked", stage("input")), inputRefused],
    [400, error("moderation_blocked", stage("output")), "refused: content_rejected output"],
    [400, error("content_policy_violation"), inputRefused],
    [400, error(null, { type: "image_generation_user_error" }), inputRefused],
    [400, error("invalid_image_file", { type: "image_generation_user_error" }), notUnderstood],
    [401, error("invalid_api_key"), ours],
    [403, error(null), ours],
    [404, error("model_not_found"), ours],
    [408, error(null), unknown],
    [409, error(null), "refused: provider_unavailable"],
    [413, error(null), unusable],
    [422, error(null), notUnderstood],
    [429, error("rate_limit_exceeded"), "refused: provider_unavailable in 5000"],
    [429, error("insufficient_quota"), ours],
    [429, error(null, { type: "insufficient_quota" }), ours],
    [500, error(null, { type: "server_error" }), unknown],
  ])("%i %j", (status, body, meaning) => {
    expect(say(openaiError({ ...answered, status, body }))).toBe(meaning);
  });
});

describe("stability", () => {
  it.each([
    [400, "bad_request", "some-field: is required", notUnderstood, "failed: provider_failed"],
    [400, "bad_request", "image: too small", unusable, "failed: provider_failed"],
    [
      400,
      "bad_request",
      "seed: must be a number",
      "refused: validation_failed seed",
      "failed: provider_failed",
    ],
    [401, "unauthorized", "", ours, "asked again"],
    [402, "payment_required", "", ours, "asked again"],
    [403, "content_moderation", "", inputRefused, "failed: content_rejected input"],
    [403, "permission_denied", "", ours, "asked again"],
    [404, "generation_not_found", "", ours, "asked again"],
    [413, "payload_too_large", "", unusable, "asked again"],
    [422, "invalid_language", "", "refused: validation_failed prompt", "failed: validation_failed prompt"],
    [422, "public_figure", "", inputRefused, "failed: content_rejected input"],
    [429, "rate_limit_exceeded", "", "refused: provider_unavailable in 60000", "asked again"],
    [500, "internal_error", "", unknown, "asked again"],
  ])("%i %s %s", (status, name, complaint, meaning, ofJob) => {
    const body = { id: "1", name, errors: [complaint] };
    expect(say(stabilityError({ ...answered, status, body }))).toBe(meaning);
    expect(say(endOfJob({ ...answered, purpose: "read", status, body }))).toBe(ofJob);
  });
});

describe("recraft", () => {
  it.each([
    [400, "invalid_image_type", "a raster model", notUnderstood],
    [400, "bad_request", "the picture has an insufficient resolution", notUnderstood],
    [400, "bad_request", "not enough credits", ours],
    [400, "bad_request", "blocked by moderation", inputRefused],
    [422, "nsfw", "", inputRefused],
    [401, "unauthorized", "this key is prohibited", ours],
    [402, "payment_required", "", ours],
    [403, "forbidden", "", ours],
    [404, "not_found", "", ours],
    [413, "too_large", "", unusable],
    [429, "rate_limit_exceeded", "for your safety, slow down", "refused: provider_unavailable in 5000"],
    [500, "internal", "insufficient credits", unknown],
  ])("%i %s %s", (status, code, message, meaning) => {
    expect(say(recraftError({ ...answered, status, body: { code, message } }))).toBe(meaning);
    expect(say(recraftError({ ...answered, status, body: { error: { code, message } } }))).toBe(meaning);
  });
});

describe("tripo", () => {
  it.each([
    [1000, 500, unknown],
    [1001, 500, unknown],
    [1002, 401, ours],
    [2, 401, ours],
    [1003, 400, notUnderstood],
    [1004, 400, notUnderstood],
    [1005, 403, ours],
    [1007, 429, "refused: provider_unavailable in 5000"],
    [2000, 429, "refused: provider_unavailable in 5000"],
    [2001, 404, unusable],
    [2002, 400, ours],
    ...[2003, 2004, 2005, 2006, 2007].map((code) => [code, 400, unusable] as const),
    [2008, 400, inputRefused],
    [2009, 400, "refused: validation_failed prompt"],
    [2010, 403, ours],
    [2011, 400, unusable],
    [2012, 400, unusable],
    [2013, 403, ours],
    [2014, 400, "refused: provider_unavailable"],
    [2015, 400, ours],
    [2016, 400, ours],
    [2017, 400, ours],
    [2018, 400, notUnderstood],
    [2019, 404, unusable],
    ...[2020, 2021, 2022].map((code) => [code, 400, unusable] as const),
    [4001, 404, ours],
  ] as const)("%i under %i and under 200", (code, status, meaning) => {
    const body = { code, status: "error", message: "CANARY" };
    expect(say(tripoError({ ...answered, status, body }))).toBe(meaning);
    expect(say(tripoError({ ...answered, status: 200, body }))).toBe(meaning);
  });

  it.each([
    ["failed", undefined, "failed: provider_failed"],
    ["failed", 2008, "failed: content_rejected output"],
    ["failed", 2018, "failed: provider_failed"],
    ["cancelled", undefined, "failed: provider_failed"],
    ["banned", undefined, "failed: content_rejected output"],
    ["expired", 2018, "failed: provider_timeout"],
  ])("a task that ended as %s, %s", (status, code, meaning) => {
    expect(say(failedTask(status, code))).toBe(meaning);
  });
});

describe("gemini", () => {
  const detail = (type: string, rest: object) => ({
    "@type": `type.googleapis.com/google.rpc.${type}`,
    ...rest,
  });
  const quota = (rest: object) => detail("QuotaFailure", { violations: [rest] });
  const perMinute = { quotaId: "GenerateRequestsPerMinutePerProjectPerModel", quotaValue: "10" };
  it.each([
    [400, "INVALID_ARGUMENT", [], notUnderstood],
    [400, "INVALID_ARGUMENT", [detail("ErrorInfo", { reason: "API_KEY_INVALID" })], ours],
    [400, "FAILED_PRECONDITION", [], ours],
    [401, "UNAUTHENTICATED", [], ours],
    [403, "PERMISSION_DENIED", [], ours],
    [404, "NOT_FOUND", [], ours],
    [409, "ABORTED", [], "refused: provider_unavailable"],
    [409, "ALREADY_EXISTS", [], "refused: provider_unavailable"],
    [429, "RESOURCE_EXHAUSTED", [], "refused: provider_unavailable in 5000"],
    [
      429,
      "RESOURCE_EXHAUSTED",
      [quota(perMinute), detail("RetryInfo", { retryDelay: "31.4s" })],
      "refused: provider_unavailable in 31400",
    ],
    [429, "RESOURCE_EXHAUSTED", [quota({ quotaId: "GenerateRequestsPerDayPerProject" })], ours],
    [429, "RESOURCE_EXHAUSTED", [quota({ ...perMinute, quotaValue: "0" })], ours],
    [499, "CANCELLED", [], unknown],
    [500, "INTERNAL", [], unknown],
    [503, "UNAVAILABLE", [], unknown],
    [504, "DEADLINE_EXCEEDED", [], unknown],
  ])("%i %s %j", (status, word, details, meaning) => {
    const body = { error: { code: status, message: "CANARY", status: word, details } };
    expect(say(geminiError({ ...answered, status, body }))).toBe(meaning);
  });

  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  it.each([
    ...["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT"],
    ...["RECITATION", "IMAGE_RECITATION"],
  ])("the finish reason %s", (finishReason) => {
    const answer = { candidates: [{ finishReason }] };
    expect(say(rejectionOf(answer))).toBe("failed: content_rejected output");
    expect(say(withoutOutput(answer, silent))).toBe("failed: content_rejected output");
  });
  it.each([
    ...["STOP", "NO_IMAGE", "IMAGE_OTHER", "MAX_TOKENS", "OTHER", "FINISH_REASON_UNSPECIFIED", "LANGUAGE"],
    ...["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"],
    ...["CONTINUATION", "A_WORD_OF_TOMORROW"],
  ])("the finish reason %s without an output", (finishReason) => {
    expect(say(withoutOutput({ candidates: [{ finishReason }] }, silent))).toBe("failed: provider_failed");
  });
  it.each([
    ...["BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED", "SAFETY", "OTHER", "BLOCKLIST"],
    ...["PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK"],
  ])("the block reason %s", (blockReason) => {
    expect(say(rejectionOf({ promptFeedback: { blockReason } }))).toBe(inputRefused);
  });
});

describe("seedream", () => {
  const outputRefused = "refused: content_rejected output";
  const soon = "refused: provider_unavailable in 2000";
  it.each([
    [400, "MissingParameter", notUnderstood],
    [400, "MissingParameter.model", notUnderstood],
    [400, "InvalidParameter", notUnderstood],
    [400, "InvalidParameter.UnsupportedSize", notUnderstood],
    [400, "InvalidEndpoint.ClosedEndpoint", ours],
    [400, "InputTextSensitiveContentDetected", inputRefused],
    [400, "InputTextSensitiveContentDetected.PolicyViolation", inputRefused],
    [400, "InputImageSensitiveContentDetected", inputRefused],
    [400, "InputImageSensitiveContentDetected.PrivacyInformation", inputRefused],
    [400, "OutputImageSensitiveContentDetected", outputRefused],
    [400, "SensitiveContentDetected", inputRefused],
    [400, "SensitiveContentDetected.SevereViolation", inputRefused],
    [400, "SensitiveContentDetected.Violence", inputRefused],
    [400, "InputTextRiskDetection", inputRefused],
    [400, "InputImageRiskDetection", inputRefused],
    [400, "OutputTextRiskDetection", outputRefused],
    [401, "AuthenticationError", ours],
    [403, "AccountOverdueError", ours],
    [403, "AccessDenied", ours],
    [403, "AccessDenied.ServiceNotOpen", ours],
    [404, "InvalidEndpointOrModel.NotFound", ours],
    [404, "InvalidEndpointOrModel.ModelIDAccessDisabled", ours],
    [404, "ModelNotOpen", ours],
    [404, "UnsupportedModel", ours],
    [404, "NotFound.Endpoint", ours],
    [429, "RateLimitExceeded.EndpointRPMExceeded", soon],
    [429, "RateLimitExceeded.EndpointTPMExceeded", soon],
    [429, "AccountRateLimitExceeded", soon],
    [429, "RequestBurstTooFast", soon],
    [429, "InflightBatchsizeExceeded", soon],
    [429, "ServerOverloaded", soon],
    [429, "QuotaExceeded", ours],
    [429, "SetLimitExceeded", ours],
    [500, "InternalServiceError", unknown],
  ])("%i %s", (status, code, meaning) => {
    expect(say(seedreamError({ ...answered, status, body: { error: { code, message: "CANARY" } } }))).toBe(
      meaning,
    );
    const refused = meaning.includes("content_rejected");
    expect(failureCode({ code })).toBe(refused ? "content_rejected" : "provider_failed");
    expect(say(allFailed([{ code }]))).toBe(
      refused ? "failed: content_rejected output" : "failed: provider_failed",
    );
  });
});
