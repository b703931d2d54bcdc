import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { programEnvironment } from "../../../packages/core/src/testing/program-environment.ts";
import { until } from "./crash-world.ts";
import type { Orders } from "./worker-main.ts";

const main = fileURLToPath(new URL("./worker-main.ts", import.meta.url));

/** A worker as a process of its own. */
export interface WorkerProcess {
  /** What it has said so far. */
  said(): string;
  hears(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, to its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export function startWorker(orders: Orders): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, ["--conditions=@genbff/source", main], {
    env: { ...programEnvironment, ORDERS: JSON.stringify(orders) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const read = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  return {
    said: () => output,
    hears: (text) => until(() => output.includes(text), `it never said "${text}"`),
    signal: (signal) => void child.kill(signal),
    ended: once(child, "close").then(([code, signal]) => signal ?? code),
  };
}
