import type { BffContext } from "../context.ts";
import type { JsonValue } from "../shared/json.ts";
import { toWorkOrder, type WorkOrder } from "./work-order.ts";

/** Thrown when the lease is gone: the worker stops at once and does not fail the generation. */
export class LeaseLost extends Error {
  constructor() {
    super("the lease is lost");
    this.name = "LeaseLost";
  }
}

/** A generation in our hands, for as long as we say so in time. */
export interface Lease {
  readonly order: WorkOrder;
  /** This generation has killed its workers as often as it may. */
  readonly exhausted: boolean;
  /** Aborted when the lease is lost, or will be before we could renew it. */
  readonly signal: AbortSignal;
  /** The user has asked to stop, as of the last renewal. */
  cancelRequested(): boolean;
  /** Ends the renewals. Gives nothing back: the commit does. */
  end(): void;
}

/** Why there is nothing to do for this id now. */
export interface NotTaken {
  readonly state: "busy" | "waiting" | "pending" | "ended" | "gone";
  readonly delayMs: number | undefined;
}

/** One name per process: two workers never share a lease. */
const worker = crypto.randomUUID();

/** Takes the generation, or the next in turn where it waits for one, and keeps the lease alive until `end`. */
export async function takeLease(context: BffContext, generationId: string): Promise<Lease | NotTaken> {
  const { leaseMs, heartbeatMs } = context.limits;
  // Measured from before the request was sent: the database's lease ends later than we think, never earlier.
  let renewedAt = context.clock.monotonic();
  const taken = (await context.database.call("genbff_take", {
    p_generation_id: generationId,
    p_worker: worker,
    p_lease_ms: leaseMs,
  })) as { state: string; delay_ms?: number; exhausted?: boolean; generation?: JsonValue };
  if (taken.state !== "leased" || taken.generation === undefined)
    return { state: taken.state as NotTaken["state"], delayMs: taken.delay_ms };

  const order = toWorkOrder(taken.generation);
  const lost = new AbortController();
  let cancelRequested = order.cancel_requested;
  let renewing = false;
  const renew = async () => {
    if (renewing) return;
    renewing = true;
    const sentAt = context.clock.monotonic();
    try {
      const answer = await context.database.call("genbff_heartbeat", {
        p_generation_id: order.id,
        p_epoch: order.lease_epoch,
        p_lease_ms: leaseMs,
      });
      if (answer === null) lost.abort(new LeaseLost());
      else {
        renewedAt = sentAt;
        cancelRequested = (answer as { cancel_requested: boolean }).cancel_requested;
      }
    } catch (error) {
      context.logger.warn({ generation_id: order.id, error }, "a lease could not be renewed");
    } finally {
      renewing = false;
    }
  };
  const endRenewals = context.clock.every(heartbeatMs, () => {
    if (context.clock.monotonic() - renewedAt > leaseMs * 0.75) lost.abort(new LeaseLost());
    else void renew();
  });
  return {
    order,
    exhausted: taken.exhausted === true,
    signal: lost.signal,
    cancelRequested: () => cancelRequested,
    end: endRenewals,
  };
}
