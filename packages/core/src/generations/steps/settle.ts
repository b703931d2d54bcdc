import type { ErrorCode } from "../../contract/error-codes.ts";
import type { Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";

/**
 * `settling`: what was stored is delivered and paid, each other output has its reason. Nothing stored: the generation
 * fails, with the reason that all of them share. Pure.
 */
export function settle(order: WorkOrder): Verdict {
  const stored = order.work.stored ?? [];
  const known = new Map((order.work.failures ?? []).map((failure) => [failure.index, failure.code]));
  const missing = Array.from({ length: order.outputs }, (_, index) => index).filter(
    (index) => !stored.some((asset) => asset.index === index),
  );
  const failures = missing.map((index) => ({
    index,
    code: known.get(index) ?? ("provider_failed" as const),
  }));
  if (stored.length > 0) return { next: "finish", assets: stored, work: { ...order.work, failures } };
  const codes = new Set(failures.map((failure) => failure.code));
  const [only] = codes;
  const code: ErrorCode = codes.size === 1 && only !== undefined ? only : "provider_failed";
  return code === "content_rejected" ? { next: "fail", code, outcome: "refused" } : { next: "fail", code };
}
