import type { Engine, Logger, Worker } from "@genbff/core";
import type { SqsQueue } from "../sqs.ts";
import { toSchedule } from "../to-schedule.ts";
import { toSqsWorker } from "../to-sqs-worker.ts";
import { contextOf } from "./serve.ts";
import type { SqsStandIn } from "./sqs-stand-in.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * The engine with what Lambda has around it, for suites that know processes only: an event source that hands each message
 * to a worker, four at once, and a schedule that comes as often as others sweep.
 */
export function withEventSource(queue: SqsStandIn, engine: SqsQueue, logger: Logger): Engine {
  let isStopped = false;
  let sweepMs = 50;
  let running: Promise<unknown> = Promise.resolve();
  const wake = (id: string, delayMs: number) => engine.wake(toUuid(id), delayMs);
  return {
    ...engine,
    configure(parts) {
      sweepMs = parts.sweepMs;
    },
    wake,
    start(worker) {
      const bff = bffOf(engine, worker, wake);
      const handler = toSqsWorker(bff, { queue: engine, logger });
      const schedule = toSchedule(bff);
      const takeMessages = async () => {
        while (!isStopped) {
          const taken = await queue.deliver((event) => handler(event, contextOf(900_000)), 1);
          if (taken === 0) await pause(5);
        }
      };
      const sweep = async () => {
        while (!isStopped) {
          await schedule({}, contextOf(60_000));
          await pause(sweepMs);
        }
      };
      running = Promise.all([sweep(), ...Array.from({ length: 4 }, takeMessages)]);
    },
    async stop(graceMs) {
      isStopped = true;
      const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, graceMs);
      await Promise.race([running, graceIsOver]);
      clearTimeout(timer);
      await engine.stop(graceMs);
    },
  };
}

/** What of a BFF the functions need, made of a worker alone. */
function bffOf(engine: SqsQueue, worker: Worker, wake: Engine["wake"]) {
  return {
    start: async () => undefined,
    settled: async () => engine.settled?.(),
    worker: {
      ...worker,
      advance: (id: string, limits: Parameters<Worker["advance"]>[1]) => worker.advance(fromUuid(id), limits),
      sweep: (limits: Parameters<Worker["sweep"]>[0]) => worker.sweep(limits),
    },
    async wakeDue(limits: Parameters<Worker["sweep"]>[0]) {
      const due = await worker.sweep(limits);
      for (const id of due) wake(id, 0);
      return due.length;
    },
  };
}

const mark = "00000000";

/** On the queue only ids of generations are read; the suites have shorter ones. */
export function toUuid(id: string): string {
  if (/^[\da-f-]{36}$/.test(id)) return id;
  const hex = mark + Buffer.from(id).toString("hex").padEnd(24, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function fromUuid(uuid: string): string {
  if (!uuid.startsWith(`${mark}-`)) return uuid;
  const hex = uuid.replaceAll("-", "").slice(mark.length);
  return Buffer.from(hex, "hex").toString().replaceAll("\0", "");
}
