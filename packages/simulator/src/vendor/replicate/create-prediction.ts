import { randomBytes } from "node:crypto";
import type { Fault } from "../../faults/rule.ts";
import { isFailing, startMsOf } from "../../jobs/job-clock.ts";
import { clientReferenceOf, digestOf } from "../../request.ts";
import { isEarly } from "../../webhooks/sender.ts";
import type { Exchange, World } from "../vendor.ts";
import { readPictures } from "./inputs.ts";
import type { Order } from "./order.ts";
import { endMs, progressAt } from "./progress.ts";
import { modelOf, outputsOf, type PredictionRecord, type ReplicateStore } from "./store.ts";

const fates = new Set<Fault["kind"]>([
  "moderated",
  "job_failed",
  "job_cancelled",
  "cancel_ignored",
  "unknown_status",
  "no_outputs",
  "link_expired",
  "odd_webhook",
]);

/**
 * Enters a prediction and its purchase.
 *
 * There is no idempotency key: the same request again is another prediction and another purchase.
 */
export async function createPrediction(
  order: Order,
  { request, fault }: Exchange,
  owner: string,
  store: ReplicateStore,
  world: World,
): Promise<PredictionRecord> {
  const { model, input, webhook, cancelAfterMs } = order;
  const fate = fault && fates.has(fault.kind) ? fault : undefined;
  const files = await readPictures(model, input, owner, store, world);
  const digest = digestOf(await request.body());
  const now = world.now();
  const record: PredictionRecord = {
    id: newId(),
    owner,
    version: model.version,
    input,
    ...files,
    created_ms: now,
    job_ms: isEarly(fate) ? 0 : world.settings.jobMs,
    ...(fate ? { fate } : {}),
    ...(cancelAfterMs === undefined ? {} : { deadline_ms: now + cancelAfterMs }),
    ...(webhook === undefined ? {} : { webhook }),
    webhook_events: order.webhookEvents,
  };
  // One write for both: a prediction without its purchase, or the other way round, would be a false invoice.
  world.state.together(() => {
    store.save(record);
    world.purchases.record({
      vendor: "replicate",
      purchase_id: record.id,
      operation: `${model.owner}/${model.name}`,
      client_reference: clientReferenceOf(request),
      request_digest: digest,
      outputs: outputsOf(record),
      credits: null,
      usd: priceOf(record),
      refunded: isFree(record, endMs(record)),
      created_at: new Date(now).toISOString(),
    });
  });
  world.armFaults(record.id, request);
  return record;
}

/**
 * Whether a prediction that ends then is not billed: where outputs are paid, all but a success; where time is, what has
 * used none.
 */
export function isFree(record: PredictionRecord, ms: number): boolean {
  const { status, hasStarted } = progressAt(record, ms);
  if (modelOf(record).price.per === "second") return !hasStarted;
  return (
    isFailing(record.fate) || record.error !== undefined || status === "canceled" || status === "aborted"
  );
}

function priceOf(record: PredictionRecord): number {
  const { price } = modelOf(record);
  if (price.per === "output") return price.usd * outputsOf(record);
  return (price.usd * Math.max(0, endMs(record) - startMsOf(record))) / 1000;
}

/** 26 letters and digits, of which the first is a letter and the last a digit. */
function newId(): string {
  const letters = "abcdefghjkmnpqrstvwxyz0123456789";
  const drawn = [...randomBytes(26)].map((byte) => letters[byte % 32] ?? "0");
  return `g${drawn.slice(1, 25).join("")}${(drawn[25] ?? "0").replace(/[a-z]/, "7")}`;
}
