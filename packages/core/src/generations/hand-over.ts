import type { BffContext } from "../context.ts";
import type { HeldLease } from "./lease.ts";

/** A process that was told to stop is not kept from it by a database that is gone. */
const patienceMs = 2000;

/**
 * Gives back everything that is in this process's hands while it stops, so that another one goes on at once instead of
 * waiting for leases to run out. From then on nothing of theirs can be written here.
 *
 * Best effort, and soon: a lease that could not be given back runs out by itself.
 */
export async function handOverAll(context: BffContext): Promise<void> {
  // One that was asked for before the stop may only now become ours, and one is perhaps on its way back already.
  await atMost(context, Promise.allSettled(context.leaseCalls));
  await giveBack(context, [...context.leases]);
  await atMost(context, Promise.allSettled(context.leaseCalls));
}

/** The same for one generation. */
export async function handOver(context: BffContext, generationId: string): Promise<void> {
  await giveBack(
    context,
    [...context.leases].filter(({ generation_id }) => generation_id === generationId),
  );
}

async function giveBack(context: BffContext, leases: readonly HeldLease[]): Promise<void> {
  if (leases.length === 0) return;
  for (const lease of leases) {
    context.leases.delete(lease);
    lease.lose();
  }
  const given = context.database
    .call("genbff_hand_over", {
      p_leases: leases.map(({ generation_id, epoch }) => ({ generation_id, epoch })),
    })
    .catch((error: unknown) => {
      context.logger.warn({ leases: leases.length, error }, "leases could not be handed over; they run out");
    });
  context.leaseCalls.add(given);
  await atMost(context, given);
  context.leaseCalls.delete(given);
}

async function atMost(context: BffContext, done: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const callOff = context.clock.after(patienceMs, resolve);
  await Promise.race([done, late]);
  callOff();
}
