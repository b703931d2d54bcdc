import type { BffContext } from "../context.ts";
import { sqlStateOf } from "../database/sql-error.ts";
import type { AdvanceLimits } from "../engine/port.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { storable } from "../shared/storable.ts";
import { handOver } from "./hand-over.ts";
import { type Lease, LeaseLost, takeLease } from "./lease.ts";
import { discardPreviews } from "./previews.ts";
import { check } from "./steps/check.ts";
import { discardStored } from "./steps/discard-stored.ts";
import { fetchOutputs } from "./steps/fetch-outputs.ts";
import { recover } from "./steps/recover.ts";
import { settle } from "./steps/settle.ts";
import { submit } from "./steps/submit.ts";
import { tryAgain, type Verdict } from "./verdict.ts";
import { toWorkOrder, type WorkOrder } from "./work-order.ts";

/** What one call did. */
export interface Advanced {
  readonly state: "busy" | "waiting" | "pending" | "ended" | "gone" | "lost";
  /** Worth waking again after this; absent once there is nothing left to do. */
  readonly againAfterMs?: number;
}

/**
 * Moves a generation on: take the lease → look at the step → do it → commit it under the lease → the next.
 *
 * Any number of calls, from any number of processes, at any moment, for any id (ended and unknown ones too) is safe:
 * Postgres decides. It stops where there is something to wait for, and says for how long.
 *
 * A waiting id gives the next in turn, which may be another one: that one is woken from here.
 */
export async function advance(
  context: BffContext,
  generationId: string,
  limits: AdvanceLimits = {},
): Promise<Advanced> {
  const lease = await takeLease(context, generationId, limits);
  if (!("order" in lease))
    return { state: lease.state, ...(lease.delayMs === undefined ? {} : { againAfterMs: lease.delayMs }) };
  try {
    let order = lease.order;
    for (;;) {
      // A process that stops begins nothing that another one can do. What lies ready needs no more than a commit.
      if (lease.signal.aborted && order.step !== "settling") throw new LeaseLost();
      const verdict = await takeStep(context, lease, order);
      const committed = await commit(context, order, verdict);
      context.changes.tell(order.task_id);
      if (!("order" in committed)) {
        if (order.id === generationId || committed.againAfterMs === undefined) return committed;
        context.engine.wake(order.id, committed.againAfterMs);
        return { state: committed.state };
      }
      order = committed.order;
    }
  } catch (error) {
    if (context.closing.aborted || lease.outOfTime) await handOver(context, lease.order.id);
    if (lease.outOfTime) context.engine.wake(lease.order.id, 0);
    // Somebody else has it now, or the sweep does: nothing of ours may follow.
    if (error instanceof LeaseLost || lease.signal.aborted) return { state: "lost" };
    throw error;
  } finally {
    lease.end();
    if (lease.order.id !== generationId) context.engine.wake(generationId, 0);
  }
}

const unknownPairMs = 5000;

/** The way of one generation, from top to bottom. */
async function takeStep(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  // Another release of the app may know this pair while this process does not: leave it to whoever does.
  if (context.catalogue.find(order.operation, order.provider) === undefined)
    return { next: "later", delayMs: unknownPairMs, changes: {} };
  switch (order.step) {
    case "intent":
      return submit(context, lease, order);
    case "submit_unknown":
      return recover(context, lease, order);
    case "submitted":
      return check(context, lease, order);
    case "fetching":
    case "storing":
      return fetchOutputs(context, lease, order);
    case "settling":
      return settle(context, order);
  }
}

/** Writes what a step decided. The only writes of a generation under its lease, but for the intent itself. */
async function commit(
  context: BffContext,
  order: WorkOrder,
  verdict: Verdict,
): Promise<Advanced | { order: WorkOrder }> {
  const held = { p_generation_id: order.id, p_epoch: order.lease_epoch };
  switch (verdict.next) {
    case "continue":
    case "later": {
      const delayMs = verdict.next === "later" ? verdict.delayMs : null;
      const recorded = context.database.call("genbff_record", {
        ...held,
        // Told with its attempt: a call that the driver repeats never closes two.
        p_changes: storable({ ...(verdict.changes as unknown as JsonObject), attempt: order.attempt }),
        p_delay_ms: delayMs,
      });
      const next = await (verdict.changes.job === undefined ? recorded : unlessAdopted(recorded));
      if (next === adopted) return commit(context, order, lookForTheOther(order));
      if (next === null) {
        await reportLateJob(context, order, verdict.changes.job as unknown as JsonValue | undefined);
        throw new LeaseLost();
      }
      if (delayMs === null) return { order: toWorkOrder(next) };
      // A webhook that came before we knew the job has been waiting for us: ask at once.
      const heard = (next as { heard?: boolean }).heard === true;
      return { state: "waiting", againAfterMs: heard ? 0 : delayMs };
    }
    case "adopt": {
      const answer = (await context.database.call("genbff_adopt", {
        ...held,
        p_candidates: storable(verdict.candidates) as unknown as JsonValue,
      })) as { adopted: boolean; generation: JsonValue } | null;
      if (answer === null) throw new LeaseLost();
      return answer.adopted
        ? { order: toWorkOrder(answer.generation) }
        : commit(context, order, await verdict.otherwise());
    }
    case "finish": {
      const ended = await context.database.call("genbff_finish", {
        ...held,
        p_assets: storable(verdict.assets) as unknown as JsonValue,
        p_failures: (verdict.work.failures ?? []) as unknown as JsonValue,
        p_output: verdict.work.json === undefined ? null : { value: verdict.work.json },
        p_children: [...verdict.children],
      });
      if (ended === null) throw new LeaseLost();
      wakeOthers(context, ended);
      await discardPreviews(context, order, ended);
      return { state: "ended" };
    }
    case "fail": {
      const ended = await context.database.call("genbff_fail", {
        ...held,
        p_code: verdict.code,
        p_details: storable(verdict.details ?? null),
        p_failures: (order.work.failures ?? []) as unknown as JsonValue,
        p_outcome: verdict.outcome ?? null,
        p_error: storable(verdict.error ?? null),
        p_health: verdict.health ?? null,
        p_wait_ms: verdict.wait_ms ?? null,
        p_cost: verdict.cost === undefined ? null : { ...verdict.cost },
      });
      if (ended === null) throw new LeaseLost();
      wakeOthers(context, ended);
      await discardStored(context, order);
      await discardPreviews(context, order, ended);
      return { state: "ended" };
    }
  }
}

const adopted = Symbol("adopted by another");
const uniqueViolation = "23505";

/**
 * Somebody whose own answer was lost has found this job at the vendor before its answer was written down, and took it:
 * identical requests are interchangeable. Then this one's is the other's, or was never bought. After a pause and not for
 * ever: a vendor that is sent the same key again names the same job again.
 */
const lookForTheOther = (order: WorkOrder): Verdict =>
  tryAgain(order, "resend", {
    changes: { step: "submit_unknown", outcome: "unknown" },
    exhausted: { next: "fail", code: "submission_unknown", outcome: "unknown" },
  });

async function unlessAdopted(recorded: Promise<JsonValue>): Promise<JsonValue | typeof adopted> {
  try {
    return await recorded;
  } catch (error) {
    if (sqlStateOf((error as Error).cause) === uniqueViolation) return adopted;
    throw error;
  }
}

/** Whoever was waiting for this place, and the children that were born with this commit. */
function wakeOthers(context: BffContext, ended: JsonValue): void {
  const { wake, children = [] } = ended as { wake: string | null; children?: string[] };
  for (const id of [...children, ...(wake === null ? [] : [wake])]) context.engine.wake(id, 0);
}

/** The vendor answered after the lease was lost: whoever owns the generation now can adopt what it sold. */
async function reportLateJob(
  context: BffContext,
  order: WorkOrder,
  job: JsonValue | undefined,
): Promise<void> {
  if (job === undefined) return;
  await context.database.call("genbff_orphan", {
    p_generation_id: order.id,
    p_attempt: order.attempt,
    p_job: storable(job),
    p_reason: "lease_lost",
  });
}
