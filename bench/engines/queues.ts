import { createPostgresBackend, Queue, Worker } from "bullmq";
import PQueue from "p-queue";
import { inProcess } from "../../packages/core/src/engine/in-process.ts";
import type { Engine } from "../../packages/core/src/engine/port.ts";
import { bullmq } from "../../packages/engine-bullmq/src/bullmq.ts";

/** What is measured. */
export const engineNames = ["in-process", "BullMQ on Redis", "BullMQ on Postgres"] as const;
export type EngineName = (typeof engineNames)[number];

/** Where queues lie. */
export interface Places {
  readonly databaseUrl: string;
  readonly redisPort: number;
}

/** The default of both engines. */
const concurrency = 32;

/** Our engine, as an app makes it. */
export function makeEngine(name: EngineName, { databaseUrl, redisPort }: Places): Engine {
  if (name === "in-process") return inProcess({ concurrency });
  return name === "BullMQ on Redis"
    ? bullmq({ redis: `redis://127.0.0.1:${redisPort}`, concurrency })
    : bullmq({ postgres: databaseUrl, concurrency });
}

/** The library alone. */
export interface PlainQueue {
  add(number: number): Promise<unknown>;
  close(): Promise<unknown>;
}

/** The library under that engine, as its own documentation uses it, with the same concurrency and nothing kept. */
export function openPlainQueue(
  name: EngineName,
  { databaseUrl, redisPort }: Places,
  process: (number: number) => Promise<unknown>,
): PlainQueue {
  if (name === "in-process") {
    const queue = new PQueue({ concurrency });
    return {
      add: async (number) => void queue.add(() => process(number)),
      close: () => queue.onIdle(),
    };
  }
  const take = ({ data }: { data: { number: number } }) => process(data.number);
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
  const [queue, worker] =
    name === "BullMQ on Redis"
      ? onRedis({ host: "127.0.0.1", port: redisPort })
      : onPostgres({ connectionString: databaseUrl, schema: "bullmq", migrate: true });
  return {
    add: (number) => queue.add("job", { number }),
    close: () => Promise.all([worker.close(), queue.close()]),
  };

  function onRedis(connection: { host: string; port: number }) {
    const options = { connection };
    return [
      new Queue("plain", { ...options, defaultJobOptions }),
      new Worker("plain", take, { ...options, concurrency }),
    ] as const;
  }
  function onPostgres(connection: { connectionString: string; schema: string; migrate: boolean }) {
    const options = { connection };
    return [
      new Queue("plain", { ...options, defaultJobOptions }, createPostgresBackend),
      new Worker("plain", take, { ...options, concurrency }, createPostgresBackend),
    ] as const;
  }
}
