/** What of the environment says how work is spread over processes. */
export interface QueueEnvironment {
  readonly BFF_ENGINE: "in-process" | "bullmq";
  readonly REDIS_URL?: string | undefined;
  readonly DATABASE_URL?: string | undefined;
  readonly SUPABASE_URL?: string | undefined;
  readonly BFF_QUEUE_PREFIX: string;
}

/**
 * The queue between web and worker processes; undefined: each process does what it is asked for.
 *
 * @throws Error - names the variable that is missing.
 */
export function readQueue(config: QueueEnvironment) {
  const { BFF_ENGINE: engine, REDIS_URL: redis, DATABASE_URL: postgres, BFF_QUEUE_PREFIX: prefix } = config;
  if (engine === "in-process") {
    if (redis !== undefined) throw new Error("REDIS_URL: is used by BFF_ENGINE=bullmq only");
    return undefined;
  }
  if (postgres === undefined && config.SUPABASE_URL === undefined)
    throw new Error("DATABASE_URL: is missing: processes apart need a database that they can share");
  if (redis !== undefined) return { redis, prefix };
  if (postgres === undefined)
    throw new Error("REDIS_URL: is missing; or DATABASE_URL, for a queue in Postgres");
  return { postgres, prefix };
}
