import type { ConnectionOptions } from "node:tls";
import type { RedisOptions } from "ioredis";

/** What a process does: asks for generations, moves them on, or both. */
export type Role = "web" | "worker" | "both";

/** How to reach a Postgres that keeps the queue. Not through a pooler: it needs LISTEN and a `search_path`. */
export interface PostgresPlace {
  readonly connectionString: string;
  /** As `pg` takes it. */
  readonly ssl?: boolean | ConnectionOptions;
  /** Connections of this process, two at least. Default 10. */
  readonly max?: number;
}

interface CommonOptions {
  /** `web`: only wakes. `worker` and `both`: also take what is woken, and sweep. Default `both`. */
  readonly role?: Role;
  /** Generations advanced side by side in this process; a synchronous vendor holds its place for minutes. Default 32. */
  readonly concurrency?: number;
  /**
   * Keeps apps apart that share a Redis or a Postgres: letters, digits, `_`, `-`, and `{}` for Redis Cluster.
   * Default `genbff`.
   */
  readonly prefix?: string;
}

/** Where the queue lies, and what this process does with it. */
export type BullmqOptions = CommonOptions &
  (
    | {
        /** `redis://…`, `rediss://…`, or what ioredis takes. */
        readonly redis: string | RedisOptions;
        readonly postgres?: never;
      }
    | {
        /** `postgres://…`, of the database itself. BullMQ makes its tables there, in the schema `bullmq`. */
        readonly postgres: string | PostgresPlace;
        readonly redis?: never;
      }
  );

/**
 * Fills in the defaults.
 *
 * @throws Error - names the option that cannot be used.
 */
export function checkOptions(options: BullmqOptions) {
  const { role = "both", concurrency = 32, prefix = "genbff" } = options;
  if (!["web", "worker", "both"].includes(role)) throw new Error("bullmq: role is web, worker or both");
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new Error("bullmq: concurrency is a whole number of at least 1");
  if (!/^[\w{}-]{1,40}$/.test(prefix))
    throw new Error("bullmq: prefix has up to 40 letters, digits, _, - or {}");
  if (!options.redis === !options.postgres) throw new Error("bullmq: name one of redis and postgres");
  return { role, concurrency, prefix };
}
