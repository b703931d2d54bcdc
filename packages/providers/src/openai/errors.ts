import { ProviderError } from "@genbff/core";
import { type FailedAnswer, type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { errorSchema } from "./wire.ts";

const moderationCodes = new Set(["moderation_blocked", "content_policy_violation"]);
/** No money on our account there. They come with a 429 that no waiting cures. */
const billingCodes = new Set(["insufficient_quota", "billing_hard_limit_reached"]);
/** The vendor's fields that have the same name and meaning as ours. */
const ourFields = new Set(["prompt", "n", "size", "quality", "background"]);

/** Translates a refusal. The status decides the outcome, the vendor's code refines what people see. */
export function openaiError(failed: Omit<FailedAnswer, "vendor" | "label">): ProviderError {
  const error = errorSchema.safeParse(failed.body).data?.error ?? {};
  const label = slug(error.code) ?? slug(error.type);
  return statusError({ ...failed, vendor: "openai", label }, choose(failed.status, error));
}

/** Whether a body says that the content was refused, whatever status it came with. */
export function isModeration(body: unknown): boolean {
  return isRefusal(errorSchema.safeParse(body).data?.error ?? {});
}

/** The type stands beside the refusal's code in every answer that was recorded; alone it means nothing else. */
function isRefusal({ code, type }: WireError): boolean {
  return code == null ? type === "image_generation_user_error" : moderationCodes.has(code);
}

/** What a stream says went wrong in it; nothing where a body holds no error. `painted`: parts of the picture came before. */
export function errorInStream(body: unknown, painted: boolean): ProviderError | undefined {
  const error = errorSchema.safeParse(body).data?.error;
  if (error === undefined) return undefined;
  const status = statusInStream(error, painted);
  const failed = openaiError({ purpose: "submit", status, headers: new Headers(), body });
  const stated = error.moderation_details !== undefined;
  if (failed.code !== "content_rejected" || stated || !painted) return failed;
  // It let the words pass and began to paint: what it refuses is the picture.
  const { outcome, message } = failed;
  return new ProviderError("content_rejected", { outcome, message, details: { stage: "output" } });
}

/** The status that an error would have had as an answer. Work that had begun may have been bought, whatever ended it. */
function statusInStream(error: WireError, painted: boolean): number {
  const { code, type } = error;
  const word = code ?? "";
  if (isRefusal(error)) return 400;
  if (billingCodes.has(word) || type === "insufficient_quota") return 429;
  if (painted) return 500;
  if (word === "rate_limit_exceeded") return 429;
  if (word === "model_not_found") return 404;
  if (word === "invalid_api_key") return 401;
  return type === "invalid_request_error" ? 400 : 500;
}

type WireError = Partial<NonNullable<ReturnType<typeof errorSchema.safeParse>["data"]>["error"]>;

function choose(status: number, error: WireError): StatusErrorChoice {
  const { code, type, param, moderation_details } = error;
  const word = code ?? "";
  if (isRefusal(error)) {
    // Where it does not say, nothing was painted yet: what there was to refuse came from the user.
    const stage = moderation_details?.moderation_stage ?? "input";
    return { code: "content_rejected", final: true, details: { stage } };
  }
  if (billingCodes.has(word) || type === "insufficient_quota") {
    return { code: "provider_unavailable", operator: true, final: true };
  }
  if (word === "model_not_found") return { code: "provider_unavailable", operator: true };
  if (status !== 400 && status !== 422) return {};
  if (param === "mask" || param?.startsWith("image")) return { code: "asset_unusable" };
  if (param != null && ourFields.has(param)) {
    return { code: "validation_failed", details: { field: param } };
  }
  return {};
}
