import type { JobsOptions } from "bullmq";

/** What Redis and Postgres offer alike. Opened once, by `redisStore` or `postgresStore`. */
export interface Store {
  /** Rejects, within seconds, where it cannot be kept. */
  add(data: object, options: JobsOptions): Promise<unknown>;
  /** Begins to take messages, `concurrency` at once. */
  take(concurrency: number, onMessage: (data: unknown) => Promise<void>): Taker;
  /** Tells all processes. Rejects where it cannot. */
  publish(text: string): Promise<unknown>;
  /** Whether this process is the one that sweeps now: one of all within `everyMs`. Rejects where nobody can say. */
  takeTurn(everyMs: number): Promise<boolean>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** One process's hand in the queue. */
export interface Taker {
  /** Takes nothing more; what was taken goes on. */
  pause(): Promise<void>;
  /** Lets go, and waits for what was taken unless `force`. */
  close(force: boolean): Promise<void>;
}

/** What a store tells its owner. */
export interface StoreEvents {
  /** What another process, or this one, has published. May be anything. */
  onPublished(text: string): void;
  /** Something is amiss that mends itself: a lost connection, a job whose lock is gone. */
  onTrouble(error: Error): void;
  onWarning(message: string): void;
}

/** Completed and failed alike: what remains of a wake-up is in the row it spoke of. */
export const keepNothing = { removeOnComplete: true, removeOnFail: true } as const;

/** How the queue behaves, wherever it lies. */
export const queueSettings = {
  // Nobody reads them; ten thousand are kept otherwise.
  streams: { events: { maxLen: 100 } },
} as const;

/** How a worker behaves, wherever the queue lies. A lost lock costs nothing: a second look at a leased row is `busy`. */
export const workerSettings = {
  // Said here too, for messages that others put in.
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  lockDuration: 30_000,
  stalledInterval: 30_000,
  // After a fetch that failed for want of a connection; the library's own is 15 s.
  runRetryDelay: 1000,
} as const;
