import { describe, expect, it } from "vitest";
import { say } from "./conformance/say.ts";
import { failedJob, falError } from "./fal/errors.ts";
import { replicateError } from "./replicate/errors.ts";

// The words of refusal of the two that run any model. Those of the six are in `vendor-errors.test.ts`.

const answered = { purpose: "submit", headers: new Headers() } as const;
const unknown = "unknown: submission_unknown";
const ours = "refused: provider_unavailable, operator";
const notUnderstood = "refused: provider_failed";

describe("fal", () => {
  const read = { fields: ["prompt"], told: false };
  const body = (type: string, loc: (string | number)[] = ["body", "prompt"]) => ({
    detail: [{ loc, msg: "CANARY", type }],
  });
  it.each([
    [422, "content_policy_violation", "failed: content_rejected input"],
    [422, "no_media_generated", "failed: provider_failed"],
    [500, "internal_server_error", "failed: provider_failed"],
    [504, "generation_timeout", "failed: provider_timeout"],
    [400, "downstream_service_error", "failed: provider_failed"],
    [503, "downstream_service_unavailable", "failed: provider_failed"],
    ...["image_too_small", "image_too_large", "image_load_error", "file_download_error"].map(
      (type) => [422, type, "failed: asset_unusable"] as const,
    ),
    ...["file_too_large", "face_detection_error", "unsupported_image_format", "invalid_archive"].map(
      (type) => [422, type, "failed: asset_unusable"] as const,
    ),
    [422, "archive_file_count_below_minimum", "failed: asset_unusable"],
    ...["greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"].map(
      (type) => [422, type, "failed: validation_failed prompt"] as const,
    ),
    ...["sequence_too_short", "sequence_too_long", "one_of", "feature_not_supported", "missing"].map(
      (type) => [422, type, "failed: validation_failed prompt"] as const,
    ),
  ] as const)("a job that ended with %i %s", (status, type, meaning) => {
    const failed = failedJob(status, answered.headers, body(type), read);
    expect(say(failed?.error)).toBe(meaning);
    expect(failed?.sure).toBe(true);
  });

  it.each([
    ["request_timeout", 504, "failed: provider_timeout"],
    ["startup_timeout", 504, "failed: provider_timeout"],
    ...[
      "scheduling_failure",
      "connection_timeout",
      "disconnected",
      "connection_refused",
      "connection_error",
    ].map((word) => [`runner_${word}`, 503, "failed: provider_failed"] as const),
    ["runner_incomplete_response", 502, "failed: provider_failed"],
    ["runner_server_error", 500, "failed: provider_failed"],
    ["internal_error", 500, "failed: provider_failed"],
    ["client_disconnected", 499, "failed: provider_failed"],
    ["client_cancelled", 499, "failed: cancelled"],
    ["bad_request", 400, "failed: provider_failed"],
  ] as const)("a job that ended as %s under %i", (error_type, status, meaning) => {
    const said = { detail: "CANARY", error_type };
    const failed = failedJob(status, answered.headers, said, read);
    expect(say(failed?.error)).toBe(meaning);
    // The queue says the same of its own bad minute: only what its status said, too, is sure.
    expect(failed?.sure).toBe(status < 500);
    expect(failedJob(status, answered.headers, said, { ...read, told: true })?.sure).toBe(true);
  });

  it.each([
    [401, "CANARY", ours],
    [402, "CANARY", ours],
    [403, "User is locked. Reason: Exhausted balance.", ours],
    [404, "CANARY", ours],
    [422, "CANARY", notUnderstood],
    [429, "CANARY", "refused: provider_unavailable in 5000"],
    [503, "CANARY", unknown],
  ])("a submission that is answered with %i", (status, detail, meaning) => {
    expect(say(falError({ ...answered, status, body: { detail } }))).toBe(meaning);
  });
});

describe("replicate", () => {
  it.each([
    [400, "CANARY", notUnderstood],
    [401, "CANARY", ours],
    [402, "CANARY", ours],
    [403, "CANARY", ours],
    [404, "CANARY", ours],
    [422, "- input.prompt: is required", notUnderstood],
    [429, "Request was throttled. Your rate limit resets in ~30s.", "refused: provider_unavailable in 30000"],
    [429, "CANARY", "refused: provider_unavailable in 5000"],
    [500, "CANARY", unknown],
  ])("%i %s", (status, detail, meaning) => {
    for (const body of [{ detail }, { error: detail }, { title: detail }]) {
      expect(say(replicateError({ ...answered, status, body }))).toBe(meaning);
    }
  });
});
