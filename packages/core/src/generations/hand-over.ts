import type { BffContext } from "../context.ts";

/** A process that was told to stop is not kept from it by a database that is gone. */
const patienceMs = 2000;

/**
 * Gives leases back while this process stops, so that another one goes on at once instead of waiting for them to run
 * out: all that are in its hands, or one generation's. From then on nothing of theirs can be written here.
 *
 * Best effort, and soon: a lease that could not be given back runs out by itself.
 */
export async function handOver(context: BffContext, generationId?: string): Promise<void> {
  const leases = [...context.leases].filter(
    ({ generation_id }) => generationId === undefined || generation_id === generationId,
  );
  if (leases.length === 0) return;
  for (const lease of leases) {
    context.leases.delete(lease);
    lease.lose();
  }
  const given = context.database.call("genbff_hand_over", {
    p_leases: leases.map(({ generation_id, epoch }) => ({ generation_id, epoch })),
  });
  const late = Promise.withResolvers<never>();
  const callOff = context.clock.after(patienceMs, () =>
    late.reject(new Error("the database does not answer")),
  );
  try {
    await Promise.race([given, late.promise]);
  } catch (error) {
    context.logger.warn({ leases: leases.length, error }, "leases could not be handed over; they run out");
  } finally {
    callOff();
  }
}
