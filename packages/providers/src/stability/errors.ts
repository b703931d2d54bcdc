import { type ProviderCost, ProviderError, type ProviderErrorCode } from "@genbff/core";
import { type FailedAnswer, type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { errorSchema } from "./wire.ts";

/** "timed out for 60 seconds", says the vendor, and sends no `Retry-After`. */
const timeOutMs = 60_000;

const rejected: StatusErrorChoice = { code: "content_rejected", details: { stage: "input" }, final: true };
const choices: Readonly<Record<string, StatusErrorChoice>> = {
  content_moderation: rejected,
  public_figure: rejected,
  invalid_language: { code: "validation_failed", details: { field: "prompt" } },
  payment_required: { code: "provider_unavailable", operator: true, final: true },
  payload_too_large: { code: "asset_unusable" },
};

/** The vendor's words for our fields, where they differ. */
const ourNames: Readonly<Record<string, string>> = { background_prompt: "prompt" };
const ourFields = new Set([
  ...["prompt", "negative_prompt", "search_prompt", "select_prompt", "foreground_prompt", "seed"],
  ...["aspect_ratio", "style_preset", "output_format", "strength", "fidelity", "control_strength"],
  ...["grow_mask", "creativity", "left", "right", "up", "down", "foreground_ratio", "target_count"],
]);

type Failed = Omit<FailedAnswer, "vendor" | "label">;

/** Translates a refusal. The status decides the outcome, the vendor's name for it refines what people see. */
export function stabilityError(failed: Failed): ProviderError {
  const { name, errors = [], message } = errorSchema.safeParse(failed.body).data ?? {};
  const choice = choices[name ?? ""] ?? blame(failed.status, errors[0] ?? message ?? "");
  const wait = failed.status === 429 ? { retryAfterMs: timeOutMs } : {};
  return statusError({ ...failed, vendor: "stability", label: slug(name) }, { ...wait, ...choice });
}

/** How a job may end by the vendor's own names for a refusal. */
const endings: Readonly<Record<string, Pick<StatusErrorChoice, "details"> & { code: ProviderErrorCode }>> = {
  bad_request: { code: "provider_failed" },
  content_moderation: { code: "content_rejected", details: { stage: "input" } },
  public_figure: { code: "content_rejected", details: { stage: "input" } },
  invalid_language: { code: "validation_failed", details: { field: "prompt" } },
};

/**
 * What a job ended with, if an answer about it says that it ended. The vendor documents no word for a failed job: its own
 * refusals count, all else is about the question and not about the job.
 */
export function endOfJob({ status, body }: Failed): ProviderError | undefined {
  const name = errorSchema.safeParse(body).data?.name ?? "";
  const ending = [400, 403, 422].includes(status) ? endings[name] : undefined;
  if (ending === undefined) return undefined;
  return new ProviderError(ending.code, {
    outcome: "failed",
    message: `stability: the job ended with ${status} (${name})`,
    upstreamStatus: status,
    ...(ending.details === undefined ? {} : { details: ending.details }),
  });
}

/** A job that the vendor does not know any more: its day is over, or the key is another account's. */
export function lostJob(): ProviderError {
  return new ProviderError("provider_failed", {
    outcome: "failed",
    message: "stability: the job is gone; was the key replaced by one of another account?",
    upstreamStatus: 404,
    operator: true,
  });
}

/** A picture that was painted and then blurred: it is billed as a success, and never a good one. */
export function filteredOutput(cost: ProviderCost | undefined): ProviderError {
  return new ProviderError("content_rejected", {
    outcome: "failed",
    message: "stability: the picture was filtered",
    upstreamStatus: 200,
    details: { stage: "output" },
    cost,
  });
}

/** `"some-field: is required"`: the vendor's first complaint begins with the field, if with anything. */
function blame(status: number, complaint: string): StatusErrorChoice {
  if (status !== 400 && status !== 422) return {};
  if (/^\W*(\w+_)?(image|mask)\b/i.test(complaint)) return { code: "asset_unusable" };
  const theirs = /^(\w+):/.exec(complaint)?.[1] ?? "";
  const field = ourNames[theirs] ?? theirs;
  return ourFields.has(field) ? { code: "validation_failed", details: { field } } : {};
}
