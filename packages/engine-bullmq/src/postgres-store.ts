import { setTimeout as sleep } from "node:timers/promises";
import { postgres } from "@genbff/core/postgres";
import { createPostgresBackend, type PostgresConnectionOptions, Queue, runMigrations, Worker } from "bullmq";
import { Pool } from "pg";
import type { PostgresPlace } from "./options.ts";
import { keepNothing, queueSettings, type Store, type StoreEvents, workerSettings } from "./store.ts";

const schema = "bullmq";
/** One for all apps of a database: each reads what begins with its prefix. */
const channel = "genbff_hints";
/** To be given one of the pool's connections, and then to be answered: messages that come in a burst wait in line. */
const patienceMs = 10_000;

/**
 * A queue in Postgres, by BullMQ's own tables and functions, which are made where they are missing.
 *
 * Resolves when the server has been reached: the library gives up for good where its first look fails.
 *
 * @throws the signal's reason.
 */
export async function openPostgresStore(
  place: PostgresPlace,
  prefix: string,
  events: StoreEvents,
  signal: AbortSignal,
): Promise<Store> {
  const pool = new Pool({
    max: 10,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    keepAlive: true,
    ...place,
    // Its statements name no schema. And nothing here is waited for until it is on the disk: what a crash takes with it were
    // hints of its last second, which the sweep stands in for; everybody who notifies would wait for everybody else's disk.
    options: `-c search_path=${schema} -c synchronous_commit=off`,
  });
  pool.on("error", events.onTrouble);
  // The pool hears only those that nobody uses; what nobody hears ends the process.
  pool.on("connect", (client) => client.on("error", events.onTrouble));
  await migrated(pool, events, signal);

  const queueName = `${prefix}.generations`;
  // Its type of a pool knows one form of `query`, and pg's has ten.
  const connection = pool as unknown as PostgresConnectionOptions;
  const queue = new Queue(
    queueName,
    { connection, defaultJobOptions: keepNothing, ...queueSettings },
    createPostgresBackend,
  );
  queue.on("error", events.onTrouble);
  // It connects again by itself.
  const hints = postgres({ connectionString: place.connectionString, ...tlsOf(place) });
  const ours = `${prefix} `;
  await hints.listen?.(channel, (text) => {
    if (text.startsWith(ours)) events.onPublished(text.slice(ours.length));
  });

  return {
    add: (data, options) => queue.add("wake", data, options),
    take(concurrency, onMessage) {
      const worker = new Worker(
        queueName,
        ({ data }) => onMessage(data),
        { connection, concurrency, ...workerSettings },
        createPostgresBackend,
      );
      worker.on("error", events.onTrouble);
      return { pause: () => worker.pause(true), close: (force) => worker.close(force) };
    },
    publish: (text) => pool.query("select pg_notify($1, $2)", [channel, ours + text]),
    // Who sweeps is asked of nobody: the rounds of many processes lie apart, and each costs one look into an index.
    takeTurn: async () => true,
    async close() {
      const closing = [queue.close(), hints.close()].map((done) => done.catch(events.onTrouble));
      await Promise.all(closing);
      await pool.end().catch(events.onTrouble);
    },
  };
}

/** Tries until it can: a server that restarts must not need us to restart too. */
async function migrated(pool: Pool, events: StoreEvents, signal: AbortSignal): Promise<void> {
  for (let waitMs = 100; ; waitMs = Math.min(5000, waitMs * 2)) {
    signal.throwIfAborted();
    try {
      const client = await pool.connect();
      try {
        await runMigrations(client, schema);
        return;
      } finally {
        client.release();
      }
    } catch (error) {
      events.onTrouble(error as Error);
      await sleep(waitMs, undefined, { signal });
    }
  }
}

function tlsOf({ ssl }: PostgresPlace) {
  return ssl === undefined ? {} : { ssl };
}
