import type { Engine, Logger, Worker } from "@genbff/core";
import { createHints } from "./hints.ts";
import { createLooks } from "./looks.ts";
import { generationOf, toJob } from "./message.ts";
import { openStore } from "./open-store.ts";
import { type BullmqOptions, checkOptions } from "./options.ts";
import type { Store, Taker } from "./store.ts";
import { startSweeps } from "./sweeps.ts";
import { createTroubles } from "./troubles.ts";

/** To let go of a queue that does not answer. */
const letGoMs = 2000;
/** A queue that is mute must not fill the memory: the sweep finds the others. */
const leavingMax = 10_000;

/** What a worker process does beside waking. */
interface Work {
  take(store: Store): void;
  end(graceMs: number): Promise<void>;
}

/**
 * Spreads the work over web and worker processes on any number of machines, by BullMQ: on Redis, or on Postgres.
 *
 * The queue holds hints. Lost, doubled, late and forged messages change nothing but timing: Postgres decides. While the
 * queue is away, workers find by their sweeps what is due, `limits.sweepMs` apart; nothing is lost, and no request fails.
 *
 * Watchers in any process hear within milliseconds of steps that are made in another one.
 *
 * @throws Error - an option that cannot be used.
 *
 * @example
 * const engine = bullmq({ redis: "redis://127.0.0.1:6379", role: "web" });
 */
export function bullmq(options: BullmqOptions): Engine {
  const { role, concurrency, prefix } = checkOptions(options);
  let logger: Logger = silent;
  let sweepMs = 1000;
  let onTrouble = createTroubles(logger);
  let opening: Promise<Store> | undefined;
  let store: Store | undefined;
  let work: Work | undefined;
  let stopping = false;
  const giveUp = new AbortController();
  /** On their way into the queue: a process that stops waits for them. */
  const leaving = new Set<Promise<unknown>>();

  const leave = (go: (opened: Store) => Promise<unknown>) => {
    if (opening === undefined || leaving.size >= leavingMax) return;
    const gone = opening
      .then(go)
      .catch(onTrouble)
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  };
  const send = (generationId: string, delayMs: number) => {
    const [message, how] = toJob(generationId, delayMs, Date.now());
    leave((opened) => opened.add(message, how));
  };
  const hints = createHints((text) => leave((opened) => opened.publish(text)));

  async function open(worker: Worker): Promise<Store> {
    const events = {
      onPublished: hints.hear,
      onTrouble: (error: Error) => onTrouble(error),
      onWarning: (message: string) => logger.warn({}, message),
    };
    // Sweeps need no queue, and begin before there is one.
    if (role !== "web") work = startWork(worker);
    const opened = await openStore(options, prefix, events, giveUp.signal);
    // Stopped meanwhile: nobody else would close it.
    if (giveUp.signal.aborted) await opened.close();
    giveUp.signal.throwIfAborted();
    store = opened;
    // What it would take now, it would only hand back.
    if (!stopping) work?.take(opened);
    return opened;
  }

  function startWork(worker: Worker): Work {
    let taker: Taker | undefined;
    const advance = async (id: string) => {
      try {
        await worker.advance(id);
      } catch (error) {
        logger.error(
          { generation_id: id, error },
          "a generation could not be advanced; the sweep will try again",
        );
      }
    };
    const looks = createLooks(concurrency, advance, (id) => send(id, 0));
    const onMessage = async (data: unknown) => {
      const id = generationOf(data);
      if (id === undefined) logger.warn({}, "a message in the queue is none of ours");
      else await looks.look(id);
    };
    const takeTurn = async (everyMs: number) => store === undefined || store.takeTurn(everyMs);
    const endSweeps = startSweeps({ everyMs: sweepMs, worker, looks, takeTurn, logger });
    return {
      take(opened) {
        taker = opened.take(concurrency, onMessage);
      },
      async end(graceMs) {
        await within(letGoMs, taker?.pause());
        const idle = await within(graceMs, Promise.all([looks.end(), endSweeps()]));
        // What was handed back goes before the line is cut.
        await within(letGoMs, Promise.all(leaving));
        await within(letGoMs, taker?.close(!idle));
      },
    };
  }

  return {
    configure(parts) {
      ({ logger, sweepMs } = parts);
      onTrouble = createTroubles(logger);
    },
    start(worker) {
      opening = open(worker);
      opening.catch(onTrouble);
    },
    wake: send,
    tellOthers: hints.tell,
    onChanged: hints.listen,
    async stop(graceMs) {
      stopping = true;
      await work?.end(graceMs);
      await within(letGoMs, Promise.all(leaving));
      giveUp.abort();
      const closing = store;
      opening = store = work = undefined;
      await within(letGoMs, closing?.close());
    },
  };
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Whether it was done within that time. What it rejects with was told of where it happened. */
async function within(ms: number, doing: Promise<unknown> | undefined): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => over.resolve(false), ms);
  const done = (doing ?? Promise.resolve()).then(
    () => true,
    () => true,
  );
  const first = await Promise.race([done, over.promise]);
  clearTimeout(timer);
  return first;
}
