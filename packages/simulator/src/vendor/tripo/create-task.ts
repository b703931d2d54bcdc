import { randomUUID } from "node:crypto";
import type { Fault } from "../../faults/rule.ts";
import { clientReferenceOf, digestOf } from "../../request.ts";
import type { Exchange, World } from "../vendor.ts";
import { readViews } from "./inputs.ts";
import { type Operation, readOrder } from "./order.ts";
import { dollarsPerCredit, priceOf } from "./prices.ts";
import { isFailing } from "./progress.ts";
import type { TaskRecord, TripoStore } from "./store.ts";

const fates = new Set<Fault["kind"]>([
  "job_failed",
  "moderated",
  "unknown_status",
  "link_expired",
  "no_outputs",
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
  owner: string,
  store: TripoStore,
  world: World,
): Promise<TaskRecord> {
  const body = await request.body();
  const order = readOrder(operation, body.fields);
  const views = await readViews(operation, body.fields, owner, store, world);
  const credits = priceOf(order);
  const fate = fault && fates.has(fault.kind) ? fault : undefined;
  const now = world.now();
  const task: TaskRecord = {
    task_id: randomUUID(),
    owner,
    order,
    ...(views ? { views } : {}),
    input: body.fields,
    credits,
    created_ms: now,
    job_ms: world.settings.jobMs,
    ...(fate ? { fate } : {}),
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
      client_reference: clientReferenceOf(request.headers),
      request_digest: digestOf(body),
      outputs: 1,
      credits,
      usd: credits * dollarsPerCredit,
      refunded: isFailing(fate),
      created_at: new Date(now).toISOString(),
    });
  });
  world.armFaults(task.task_id, request);
  return task;
}
