import type { BullmqOptions } from "./options.ts";
import { redisStore } from "./redis-store.ts";
import type { Store, StoreEvents } from "./store.ts";

/**
 * Opens the one that the options name.
 *
 * @param signal - Ends the tries to reach a Postgres that is not there; then it rejects.
 */
export async function openStore(
  options: BullmqOptions,
  prefix: string,
  events: StoreEvents,
  signal: AbortSignal,
): Promise<Store> {
  if (options.redis !== undefined) return redisStore(options.redis, prefix, events);
  // `pg` is needed only here.
  const { openPostgresStore } = await import("./postgres-store.ts");
  const { postgres } = options;
  const place = typeof postgres === "string" ? { connectionString: postgres } : postgres;
  return openPostgresStore(place, prefix, events, signal);
}
