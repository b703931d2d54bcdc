import { randomUUID } from "node:crypto";
import { createPostgresBackend, Queue, Worker } from "bullmq";
import { Client } from "pg";
import { bullmq } from "../index.ts";
import type { BullmqQueue } from "./bullmq-queue.ts";
import { quiet } from "./quiet.ts";
import { strangersHand } from "./strangers-hand.ts";

/**
 * A queue of a test's own in a database of its file's.
 *
 * @param serverUrl - Another database of the same server: from there this one is shut and opened.
 */
export function postgresQueue(url: string, serverUrl: string): BullmqQueue {
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const name = `${prefix}.generations`;
  const database = new URL(url).pathname.slice(1);
  const options = { connection: { connectionString: url, schema: "bullmq", migrate: true } };
  const query = async (place: string, ...statements: string[]) => {
    const client = new Client(place);
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const allow = (allowed: boolean) => `alter database ${database} allow_connections ${allowed}`;
  return {
    place: { postgres: url, prefix },
    makeEngine(role = "both") {
      const engine = bullmq({ postgres: url, prefix, role, concurrency: 4 });
      engine.configure?.({ logger: quiet, sweepMs: 50 });
      return engine;
    },
    flush: () => query(url, "truncate bullmq.job, bullmq.dedup cascade"),
    ...strangersHand(
      () => new Queue(name, options, createPostgresBackend),
      (more) => new Worker(name, null, { ...more, ...options }, createPostgresBackend),
    ),
    goAway: () =>
      query(
        serverUrl,
        allow(false),
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
      ),
    comeBack: () => query(serverUrl, allow(true)),
    close: async () => undefined,
  };
}
