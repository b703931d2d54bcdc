import { randomUUID } from "node:crypto";
import type { Fault } from "../../faults/rule.ts";
import { isFailing } from "../../jobs/job-clock.ts";
import { clientReferenceOf, digestOf } from "../../request.ts";
import { isEarly } from "../../webhooks/sender.ts";
import type { Exchange } from "../vendor.ts";
import { readViews, type Views } from "./inputs.ts";
import { type Making, type ModelOrder, readOrder } from "./order.ts";
import { dollarsPerCredit, priceOf } from "./prices.ts";
import type { TaskRecord } from "./store.ts";
import type { TaskWebhooks } from "./webhooks.ts";
import { type Bench, readWorkOrder, type Working, type WorkOrder } from "./work-order.ts";

/** Everything that can be ordered. */
export type Operation = Making | Working;

const fates = new Set<Fault["kind"]>([
  "job_failed",
  "moderated",
  "unknown_status",
  "link_expired",
  "no_outputs",
  "job_cancelled",
  "odd_webhook",
]);

/**
 * Accepts a job: checks, fetches the input, and enters task and purchase.
 *
 * There is no idempotency key: the same request again is another task and another purchase.
 *
 * @throws Refusal - whatever the vendor would say; nothing is entered then.
 */
export async function createTask(
  operation: Operation,
  { request, fault }: Exchange,
  bench: Bench,
  webhooks: TaskWebhooks,
): Promise<TaskRecord> {
  const { owner, store, world } = bench;
  const body = await request.body();
  const { order, views } = await readRequest(operation, body.fields, bench);
  const credits = priceOf(order);
  const fate = fault && fates.has(fault.kind) ? fault : undefined;
  const webhook = world.webhookOf("tripo");
  const now = world.now();
  const task: TaskRecord = {
    task_id: randomUUID(),
    owner,
    order,
    ...(views ? { views } : {}),
    input: body.fields,
    credits,
    created_ms: now,
    job_ms: isEarly(fate) ? 0 : world.settings.jobMs,
    ...(fate ? { fate } : {}),
    ...(webhook ? { webhook } : {}),
    links_issued: 0,
    links_dead: fate?.kind === "link_expired" ? (fate.links ?? 1) : 0,
  };
  // One write for both: a task without its purchase, or the other way round, would be a false invoice.
  world.state.together(() => {
    store.saveTask(task);
    world.purchases.record({
      vendor: "tripo",
      purchase_id: task.task_id,
      operation,
      client_reference: clientReferenceOf(request),
      request_digest: digestOf(body),
      outputs: 1,
      credits,
      usd: credits * dollarsPerCredit,
      refunded: isFailing(fate),
      created_at: new Date(now).toISOString(),
    });
  });
  world.armFaults(task.task_id, request);
  await webhooks.announce(task);
  return task;
}

async function readRequest(
  operation: Operation,
  fields: Record<string, unknown>,
  bench: Bench,
): Promise<{ order: ModelOrder | WorkOrder; views?: Views | undefined }> {
  switch (operation) {
    case "text_to_model":
    case "image_to_model":
    case "multiview_to_model": {
      const order = readOrder(operation, fields);
      return { order, views: await readViews(operation, fields, bench.owner, bench.store, bench.world) };
    }
    default:
      return { order: await readWorkOrder(operation, fields, bench) };
  }
}
