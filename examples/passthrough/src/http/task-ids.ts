import { createHash } from "node:crypto";
import { type Call, follow, refusal } from "./core.ts";

/** The vendor is asked at once; it is waited for no longer than a client would. */
const waitMs = 15_000;

interface Known {
  readonly generation_id: string;
  readonly vendor_task_id: string | null;
}

/**
 * The id that a client learns: ours, or the vendor's own where the operator wants that (`TASK_IDS=vendor`) and the vendor
 * has given one in time. Both are understood ever after.
 */
export async function taskIdOf(call: Call, generationId: string): Promise<string> {
  if (call.settings.TASK_IDS === "ours") return generationId;
  let known: Known | null = null;
  await follow(
    call,
    generationId,
    async () => {
      known = await find(call, generationId);
      return known?.vendor_task_id != null;
    },
    waitMs,
  );
  known = await find(call, generationId);
  return known?.vendor_task_id ?? generationId;
}

/** Core's id of a task that a client names. Where ids are ours it is the same: core says whether there is such a task. */
export async function generationIdOf(call: Call, taskId: string): Promise<string> {
  if (call.settings.TASK_IDS === "ours") return taskId;
  const known = await find(call, taskId);
  if (known === null) throw refusal(404, "not_found", "There is no such task.");
  return known.generation_id;
}

/**
 * Core's `task_id` of a new request, which the first version's clients do not send: the same for a repeat with the same
 * `Idempotency-Key`, so that a repeat is one.
 */
export async function coreTaskIdOf({ auth, request }: Call): Promise<string> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return crypto.randomUUID();
  const { userId } = await auth.authenticate(request);
  return createHash("sha256")
    .update(JSON.stringify([userId, key]))
    .digest("hex");
}

async function find(call: Call, id: string): Promise<Known | null> {
  const { userId } = await call.auth.authenticate(call.request);
  return (await call.bff.database.call("passthrough_task", {
    p_user_id: userId,
    p_id: id,
  })) as unknown as Known | null;
}
