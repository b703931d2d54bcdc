import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answer, Order } from "./measured.ts";
import { type Peak, residentBytes, watchPeak } from "./peak.ts";

/** A process of its own whose memory is watched from outside. */
export interface MeasuredProcess {
  /** What it said when it was ready. */
  readonly ready: unknown;
  /** Has it do a work of its own. */
  work(work: unknown): Promise<unknown>;
  /** Lets garbage be collected, and tells what is resident then, in bytes. */
  restingBytes(): Promise<number>;
  /** How far it grows above its rest while something is done to it or by it. */
  growthDuring<T>(what: () => Promise<T>): Promise<{ growthBytes: number; value: T }>;
  stop(): Promise<void>;
}

/** Starts `bench/memory/<program>` with `--expose-gc` and nothing else that a team would not set. */
export async function startMeasured(program: string, argument: string): Promise<MeasuredProcess> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(path, [argument], { execArgv: ["--conditions=@genbff/source", "--expose-gc"] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} does not start`);
  const ready = await nextAnswer(child);
  const ask = async (order: Order) => {
    const answered = nextAnswer(child);
    child.send(order);
    return answered;
  };
  const restingBytes = async () => {
    await ask({ order: "rest" });
    return residentBytes(pid);
  };
  return {
    ready,
    restingBytes,
    work: (work) => ask({ order: "work", work }),
    async growthDuring(what) {
      const before = await restingBytes();
      const peak: Peak = watchPeak(pid);
      try {
        const value = await what();
        return { growthBytes: peak.bytes() - before, value };
      } finally {
        peak.stop();
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

/** @throws Error - it could not do what it was told, or ended. */
async function nextAnswer(child: ChildProcess): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const answer = await Promise.race([
      once(child, "message", { signal }).then(([message]) => message as Answer),
      once(child, "exit", { signal }).then(([code, by]) => ({ failed: `it ended: ${code ?? by}` })),
    ]);
    if ("failed" in answer) throw new Error(answer.failed);
    return answer.done;
  } finally {
    listening.abort();
  }
}
