import type { BffContext } from "../../context.ts";
import type { ErrorCode } from "../../contract/error-codes.ts";
import { followUps } from "../follow-ups.ts";
import type { Verdict } from "../verdict.ts";
import type { WorkOrder } from "../work-order.ts";

/**
 * `settling`: what was stored is delivered and paid, each other output has its reason, and the generations that follow
 * start with the same commit. Nothing stored: the generation fails, with the reason that all of them share.
 */
export async function settle(context: BffContext, order: WorkOrder): Promise<Verdict> {
  const delivered = deliver(order);
  if (delivered.next !== "finish") return delivered;
  return { ...delivered, children: await followUps(context, order) };
}

/** Which end the outputs lead to. Pure. */
export function deliver(order: WorkOrder): Verdict {
  if (order.work.json !== undefined) return { next: "finish", assets: [], work: order.work, children: [] };
  const stored = order.work.stored ?? [];
  const known = new Map((order.work.failures ?? []).map((failure) => [failure.index, failure.code]));
  const missing = Array.from({ length: order.outputs }, (_, index) => index).filter(
    (index) => !stored.some((asset) => asset.index === index),
  );
  const failures = missing.map((index) => ({
    index,
    code: known.get(index) ?? ("provider_failed" as const),
  }));
  if (stored.length > 0)
    return { next: "finish", assets: stored, work: { ...order.work, failures }, children: [] };
  const codes = new Set(failures.map((failure) => failure.code));
  const [only] = codes;
  const code: ErrorCode = codes.size === 1 && only !== undefined ? only : "provider_failed";
  if (code !== "content_rejected") return { next: "fail", code };
  return { next: "fail", code, outcome: "refused", details: { stage: "output" } };
}
