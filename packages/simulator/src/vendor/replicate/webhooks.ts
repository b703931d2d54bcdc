import { createHash, createHmac } from "node:crypto";
import { startMsOf } from "../../jobs/job-clock.ts";
import { createWebhookSender, isEarly, type WebhookFacts, type WebhookPlan } from "../../webhooks/sender.ts";
import type { World } from "../vendor.ts";
import type { PredictionViews } from "./prediction-view.ts";
import { endMs, outputMs, progressAt } from "./progress.ts";
import { modelOf, outputsOf, type PredictionRecord, type ReplicateStore } from "./store.ts";

/** Tells customers of their predictions, at the address that came with each. */
export interface PredictionWebhooks {
  /** To be called once a prediction is kept; resolves at once but for a webhook that overtakes the answer. */
  announce(record: PredictionRecord): Promise<void>;
  /** To be called once it was cancelled. */
  announceCancel(record: PredictionRecord): void;
  /** The account's signing secret. */
  secretOf(owner: string): string;
}

const retryDelaysMs = [1000, 5000, 30_000, 120_000, 600_000];
const apartMs = 500;

/**
 * Signs by Standard Webhooks. Only the last word on a prediction is sent again if nobody hears it.
 *
 * Variants of `odd_webhook` of its own: `rotated` has two signatures of which the second is right; `out_of_order` tells
 * the start after the end.
 */
export function createPredictionWebhooks(
  world: World,
  store: ReplicateStore,
  views: PredictionViews,
): PredictionWebhooks {
  const secretOf = (owner: string) =>
    `whsec_${createHash("sha256").update(`webhooks of ${owner}, ${world.settings.seed}`).digest("base64")}`;

  const sender = createWebhookSender(world, {
    vendor: "replicate",
    retryDelaysMs,
    timeoutMs: 10_000,
    body(plan) {
      const record = store.prediction(plan.job_id);
      if (!record) return undefined;
      const then = momentOf(record, plan.event);
      const end = endMs(record);
      if (plan.event === "completed") {
        // A plan made before the prediction was cancelled: its cancelling has told the end.
        const isOld =
          plan.due_ms > end && plan.id.endsWith(":completed") && record.cancelled_ms !== undefined;
        return isOld || !progressAt(record, end).isOver ? undefined : views.at(record, end);
      }
      return then > end ? undefined : views.at(record, then);
    },
    headers: (body, facts) =>
      headersOf(body, facts, secretOf(store.prediction(facts.plan.job_id)?.owner ?? "")),
  });

  const planOf = (record: PredictionRecord, event: string, due_ms: number): WebhookPlan => ({
    id: `${record.id}:${event}`,
    job_id: record.id,
    event,
    url: record.webhook ?? "",
    due_ms,
    ...(event === "completed" ? {} : { isOnce: true }),
    ...(record.fate?.kind === "odd_webhook" ? { fault: record.fate } : {}),
  });

  return {
    secretOf,
    async announce(record) {
      if (record.webhook === undefined) return;
      const end = endMs(record);
      const wanted = new Set<string>(record.webhook_events);
      const isTurned = record.fate?.kind === "odd_webhook" && record.fate.variant === "out_of_order";
      for (const event of ["start", "logs", ...outputEvents(record)]) {
        const due = momentOf(record, event);
        const late = event === "start" && isTurned ? end + apartMs : due;
        if (wanted.has(event.split(":")[0] ?? "") && due <= end) sender.schedule(planOf(record, event, late));
      }
      if (!wanted.has("completed")) return;
      const last = planOf(record, "completed", end);
      if (isEarly(record.fate)) await sender.sendNow(last);
      else sender.schedule(last);
    },
    announceCancel(record) {
      if (record.webhook === undefined || !record.webhook_events.includes("completed")) return;
      const plan = planOf(record, "completed", endMs(record));
      sender.schedule({ ...plan, id: `${record.id}:canceled` });
    },
  };
}

/** When an event happens that is not the last one. */
function momentOf(record: PredictionRecord, event: string): number {
  const [kind, count] = event.split(":");
  if (kind === "start") return Math.ceil(startMsOf(record));
  if (kind === "logs") return Math.ceil((startMsOf(record) + record.created_ms + record.job_ms) / 2);
  return outputMs(record, Number(count));
}

/** News of outputs: lists grow, but are told of every half second at most. */
function outputEvents(record: PredictionRecord): string[] {
  const count = outputsOf(record);
  if (modelOf(record).output !== "list") {
    return progressAt(record, outputMs(record, count)).outputs === 0 ? [] : [`output:${count}`];
  }
  let last = Number.NEGATIVE_INFINITY;
  return Array.from({ length: count }, (_, index) => index + 1)
    .filter((number) => {
      const due = outputMs(record, number);
      if (due - last < apartMs || progressAt(record, due).outputs === 0) return false;
      last = due;
      return true;
    })
    .map((number) => `output:${number}`);
}

function headersOf(body: string, { plan, timestamp, forged }: WebhookFacts, secret: string) {
  const id = `msg_${createHash("sha256").update(plan.id).digest("hex").slice(0, 24)}`;
  const sign = (key: Buffer) =>
    `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const right = sign(forged ? Buffer.from("somebody else's") : key);
  const signatures = plan.fault?.variant === "rotated" ? [sign(Buffer.from("the next one")), right] : [right];
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
