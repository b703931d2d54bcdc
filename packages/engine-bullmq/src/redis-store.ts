import { once } from "node:events";
import { Queue, Worker } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import { keepNothing, queueSettings, type Store, type StoreEvents, workerSettings } from "./store.ts";

const queueName = "generations";
/** A mute Redis must hold up no request and no sweep. */
const commandMs = 2000;

/** Between tries to connect, of which there is no end but ours. */
const retryMs = (times: number) => Math.min(2000, 50 * 2 ** Math.min(times, 6)) * (0.5 + Math.random() / 2);

/**
 * A queue in Redis. Two connections, and two more in a process that takes; each connects again by itself.
 *
 * @param place - A URL, or what ioredis takes.
 */
export function redisStore(place: string | RedisOptions, prefix: string, events: StoreEvents): Store {
  let closed = false;
  const connect = (own: RedisOptions): Redis => {
    const options: RedisOptions = {
      connectTimeout: 5000,
      ...(typeof place === "string" ? {} : place),
      ...own,
      // A worker copies its connection, and only this ends the copy while Redis is away.
      retryStrategy: (times) => (closed ? null : retryMs(times)),
    };
    const redis = typeof place === "string" ? new Redis(place, options) : new Redis(options);
    return redis.on("error", events.onTrouble);
  };
  // Fails at once while Redis is away: what could not be sent is found by the sweep, later than never.
  const commands = connect({ enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: commandMs });
  const hints = connect({});
  const channel = `${prefix}:hints`;
  // Subscribes again after every reconnection.
  hints.on("message", (_channel, text: string) => events.onPublished(text));
  hints.subscribe(channel).catch(events.onTrouble);
  commands.once("ready", () => void warnOfEviction(commands, events));

  const queue = new Queue(queueName, {
    connection: commands,
    prefix,
    defaultJobOptions: keepNothing,
    // Both ask Redis at once, and would fail for good where it is not there yet.
    skipVersionCheck: true,
    skipWaitingForReady: true,
    ...queueSettings,
  });
  queue.on("error", events.onTrouble);
  let taking: Redis | undefined;
  // What is asked while the first connection is being made waits for it, and no longer.
  const connected = once(commands, "ready", { signal: AbortSignal.timeout(commandMs) }).catch(
    () => undefined,
  );

  return {
    add: (data, options) => connected.then(() => queue.add("wake", data, options)),
    take(concurrency, onMessage) {
      taking = connect({ maxRetriesPerRequest: null });
      const worker = new Worker(queueName, ({ data }) => onMessage(data), {
        connection: taking,
        prefix,
        concurrency,
        ...workerSettings,
      });
      worker.on("error", events.onTrouble);
      return {
        pause: () => worker.pause(true),
        // A connection that is just being made again never ends for the library, and keeps the process alive.
        close: (force) => worker.close(force || commands.status !== "ready"),
      };
    },
    publish: (text) => connected.then(() => commands.publish(channel, text)),
    takeTurn: async (everyMs) =>
      (await commands.set(`${prefix}:sweep`, "taken", "PX", Math.ceil(everyMs), "NX")) === "OK",
    async close() {
      closed = true;
      await queue.close().catch(events.onTrouble);
      for (const redis of [commands, hints, taking]) redis?.disconnect();
    },
  };
}

/** A Redis that throws keys away under pressure throws away wake-ups, or half of one. */
async function warnOfEviction(redis: Redis, events: StoreEvents): Promise<void> {
  try {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
    if (policy !== undefined && policy !== "noeviction")
      events.onWarning(
        `Redis has the eviction policy ${policy}: it may throw wake-ups away, which then wait for the sweep. Set maxmemory-policy noeviction`,
      );
  } catch (error) {
    // Hosted ones may not say.
    events.onTrouble(error as Error);
  }
}
