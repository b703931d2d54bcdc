import type { BffContext } from "../context.ts";
import type { AdvanceLimits } from "../engine/port.ts";
import type { JsonValue } from "../shared/json.ts";
import { type Allowance, createAllowance } from "./allowance.ts";
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
  /** What whoever called may still do. */
  readonly allowance: Allowance;
  /** The call's time is used up. */
  readonly outOfTime: boolean;
  /**
   * For what another worker can do again: aborted when the lease is lost, when the call's time is used up, and at once
   * when this process stops.
   */
  readonly signal: AbortSignal;
  /** For what nobody can do again: aborted when the lease is lost, or will be before we could renew it. */
  readonly lost: AbortSignal;
  /** Aborted when the user has asked to stop, as of the last renewal. */
  readonly cancelled: AbortSignal;
  /** Ends the renewals. Gives nothing back: the commit does, or `handOver`. */
  end(): void;
}

/** What a process that stops must give back. */
export interface HeldLease {
  readonly generation_id: string;
  readonly epoch: number;
  /** Ends what another worker can do again. */
  stop(): void;
  /** Ends everything: it is being given back. */
  lose(): void;
}

/** Why there is nothing to do for this id now. */
export interface NotTaken {
  readonly state: "busy" | "waiting" | "pending" | "ended" | "gone";
  readonly delayMs: number | undefined;
}

/** One name per process: two workers never share a lease. */
const worker = crypto.randomUUID();

/** Takes the generation, or the next in turn where it waits for one, and keeps the lease alive until `end`. */
export async function takeLease(
  context: BffContext,
  generationId: string,
  limits: AdvanceLimits = {},
): Promise<Lease | NotTaken> {
  const taking = take(context, generationId, limits);
  context.leaseCalls.add(taking);
  try {
    return await taking;
  } finally {
    context.leaseCalls.delete(taking);
  }
}

async function take(
  context: BffContext,
  generationId: string,
  callLimits: AdvanceLimits,
): Promise<Lease | NotTaken> {
  const allowance = createAllowance(context.clock, callLimits);
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
  const ending = new AbortController();
  const lose = () => {
    lost.abort(new LeaseLost());
    ending.abort(new LeaseLost());
  };
  const held: HeldLease = {
    generation_id: order.id,
    epoch: order.lease_epoch,
    stop: () => ending.abort(new LeaseLost()),
    lose,
  };
  context.leases.add(held);
  if (context.closing.aborted) held.stop();
  let outOfTime = false;
  const runOut = () => {
    outOfTime = true;
    held.stop();
  };
  const endAllowance =
    callLimits.budgetMs === undefined
      ? () => {}
      : context.clock.after(Math.max(0, allowance.leftMs()), runOut);
  const cancelled = new AbortController();
  if (order.cancel_requested) cancelled.abort();
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
      if (answer === null) lose();
      else {
        renewedAt = sentAt;
        if ((answer as { cancel_requested: boolean }).cancel_requested) cancelled.abort();
      }
    } catch (error) {
      context.logger.warn({ generation_id: order.id, error }, "a lease could not be renewed");
    } finally {
      renewing = false;
    }
  };
  const endRenewals = context.clock.every(heartbeatMs, () => {
    if (context.clock.monotonic() - renewedAt > leaseMs * 0.75) lose();
    else void renew();
  });
  return {
    order,
    exhausted: taken.exhausted === true,
    allowance,
    get outOfTime() {
      return outOfTime;
    },
    signal: ending.signal,
    lost: lost.signal,
    cancelled: cancelled.signal,
    end() {
      endRenewals();
      endAllowance();
      context.leases.delete(held);
    },
  };
}
