import { createHmac } from "node:crypto";
import { isFailing } from "../../jobs/job-clock.ts";
import { createWebhookSender, isEarly, type WebhookFacts, type WebhookPlan } from "../../webhooks/sender.ts";
import type { World } from "../vendor.ts";
import type { TaskRecord, TripoStore } from "./store.ts";
import type { TaskViews } from "./task-view.ts";

/** Tells the customer how tasks ended, at the address that was entered in the console. */
export interface TaskWebhooks {
  /** To be called once a task is kept; resolves at once but for a webhook that overtakes the answer. */
  announce(task: TaskRecord): Promise<void>;
}

// The vendor tells no schedule; this one is quick enough to be watched.
const retryDelaysMs = [1000, 5000, 30_000, 120_000, 600_000];

/**
 * Signs as the vendor does: HMAC-SHA256 over `t.body` by the whole secret, `whsec_` included.
 *
 * The variant `rotated` carries two signatures of which the second is right; `other_shape` tells a failure as the
 * second of the two documented shapes.
 */
export function createTaskWebhooks(world: World, store: TripoStore, views: TaskViews): TaskWebhooks {
  const sender = createWebhookSender(world, {
    vendor: "tripo",
    retryDelaysMs,
    timeoutMs: 15_000,
    body(plan) {
      const task = store.task(plan.job_id);
      if (!task) return undefined;
      const { error_code, error_message, ...rest } = views.detail(task);
      const failure =
        error_code === undefined
          ? {}
          : plan.fault?.variant === "other_shape"
            ? { error: { code: "task_failed", message: error_message } }
            : { error_code, error_message };
      const created_at = new Date(world.now()).toISOString();
      return { id: plan.id, type: plan.event, created_at, data: { ...rest, ...failure } };
    },
    headers: (body, facts) => headersOf(body, facts, store),
  });

  return {
    async announce(task) {
      if (!task.webhook) return;
      const event = isFailing(task.fate) ? "task.failed" : "task.completed";
      const plan: WebhookPlan = {
        id: `${task.task_id}:${event}`,
        job_id: task.task_id,
        event,
        url: task.webhook.url,
        due_ms: task.created_ms + task.job_ms,
        ...(task.fate ? { fault: task.fate } : {}),
      };
      if (isEarly(task.fate)) await sender.sendNow(plan);
      else sender.schedule(plan);
    },
  };
}

function headersOf(body: string, facts: WebhookFacts, store: TripoStore): Record<string, string> {
  const { plan, timestamp, deliveryId, forged } = facts;
  const secret = store.task(plan.job_id)?.webhook?.secret ?? "";
  const sign = (key: string) => createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex");
  const right = sign(forged ? "whsec_somebody_else" : secret);
  const signatures = plan.fault?.variant === "rotated" ? [sign("whsec_the_next"), right] : [right];
  return {
    "tripo-webhook-id": plan.id,
    "tripo-webhook-delivery": deliveryId,
    "tripo-webhook-event": plan.event,
    "tripo-webhook-signature": [`t=${timestamp}`, ...signatures.map((one) => `v1=${one}`)].join(","),
  };
}
