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
  const delivered = deliver(context.storage.temporary === undefined ? order : stillThere(context, order));
  if (delivered.next !== "finish") return delivered;
  return { ...delivered, children: await followUps(context, order) };
}

/** A worker that died may have left what is not kept too long: nobody pays for what nobody can have any more. */
function stillThere(context: BffContext, order: WorkOrder): WorkOrder {
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  const renewable = provider?.check !== undefined && order.job !== null;
  const { stored = [], failures = [] } = order.work;
  const gone = stored.filter(
    ({ expires_at: end, storage_key: key }) =>
      end !== undefined && Date.parse(end) <= Date.parse(order.now) && !(renewable && key === null),
  );
  const late = gone.map(({ index }) => ({ index, code: "output_unavailable" as const }));
  const work = {
    ...order.work,
    stored: stored.filter((asset) => !gone.includes(asset)),
    failures: [...failures, ...late],
  };
  return { ...order, work };
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
