import type { ProviderError } from "@genbff/core";
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
  const code = errorSchema.safeParse(body).data?.error.code;
  return code != null && moderationCodes.has(code);
}

type WireError = Partial<NonNullable<ReturnType<typeof errorSchema.safeParse>["data"]>["error"]>;

function choose(status: number, { code, type, param, moderation_details }: WireError): StatusErrorChoice {
  const word = code ?? "";
  if (moderationCodes.has(word)) {
    const stage = moderation_details?.moderation_stage;
    return { code: "content_rejected", final: true, ...(stage ? { details: { stage } } : {}) };
  }
  if (billingCodes.has(word) || type === "insufficient_quota") {
    return { code: "provider_unavailable", operator: true, final: true };
  }
  if (word === "model_not_found") return { code: "provider_unavailable", operator: true };
  if (status !== 400 && status !== 422) return {};
  if (param?.startsWith("image")) return { code: "asset_unusable" };
  if (param != null && ourFields.has(param)) {
    return { code: "validation_failed", details: { field: param } };
  }
  return {};
}
