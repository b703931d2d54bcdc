import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A program of the main example. */
export interface Program {
  readonly path: string;
  /** What it says once it is up, with its address where it has one. */
  readonly up: RegExp;
}

const inExample = (file: string) =>
  fileURLToPath(new URL(`../../../examples/makeit3d/src/${file}`, import.meta.url));

/** `npm start`: everything in one process, and with a queue the one that answers. */
export const web: Program = { path: inExample("main.ts"), up: /GenBFF studio: (\S+)/ };

/** `npm run worker`. */
export const worker: Program = { path: inExample("worker.ts"), up: /GenBFF worker: ready/ };

/** Several processes of the main example on one database, each started again whenever it has ended. */
export interface Fleet {
  readonly size: number;
  /** Addresses of those that are up and have one. */
  urls(): readonly string[];
  isUp(index: number): boolean;
  /** Sends a signal to one that is up; false where it is not. */
  signal(index: number, signal: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): boolean;
  readonly starts: () => number;
  /** Ends before they were up: a server that finds no database says so and leaves it to its supervisor. */
  readonly failedStarts: () => number;
  /** Ends that nobody had asked for. */
  readonly crashes: readonly string[];
  close(): Promise<void>;
}

const firstStartMaxMs = 120_000;

const logOf = (file: string) => readFileSync(file, "utf8").slice(-3000);

/** Starts them, a process for each program. The first one once before all: it makes the tables, the secrets and the page. */
export async function startFleet(
  programs: readonly Program[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Fleet> {
  const slots = programs.map((program) => ({
    program,
    child: undefined as ChildProcess | undefined,
    up: false,
    url: undefined as string | undefined,
    ending: false,
  }));
  type Slot = (typeof slots)[number];
  const crashes: string[] = [];
  let [starts, failedStarts, closing] = [0, 0, false];

  /** One life: resolves at its end, and calls `up` once it listens. */
  const live = async (slot: Slot, log: string, up: () => void): Promise<void> => {
    const stderr = openSync(log, "a");
    const child = spawn(process.execPath, ["--conditions=@genbff/source", slot.program.path], {
      env: {
        PATH: process.env.PATH ?? "",
        PORT: "0",
        LOG_LEVEL: "warn",
        NODE_COMPILE_CACHE: join(folder, "compiled"),
        ...environment,
      },
      stdio: ["ignore", "pipe", stderr],
    });
    closeSync(stderr);
    Object.assign(slot, { child, up: false, url: undefined, ending: false });
    starts += 1;
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const said = slot.program.up.exec(output);
      if (said === null || slot.up) return;
      Object.assign(slot, { up: true, url: said[1]?.replace("localhost", "127.0.0.1") });
      up();
    });
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    const wasUp = slot.up;
    Object.assign(slot, { child: undefined, up: false, url: undefined });
    if (slot.ending || closing) return;
    if (!wasUp && code === 1) failedStarts += 1;
    else crashes.push(`a server ended with ${code ?? signal}: ${logOf(log)}`);
  };
  const supervise = async (slot: Slot, log: string, up: () => void) => {
    while (!closing) {
      await live(slot, log, up);
      if (!closing) await sleep(300);
    }
  };
  const lives: Promise<void>[] = [];
  // Most lives begin with a kill: what is compiled must be there by then, and a process leaves it at an ordinary end.
  const [rehearsal] = slots;
  if (rehearsal !== undefined)
    await live(rehearsal, join(folder, "rehearsal.log"), () => {
      rehearsal.ending = true;
      rehearsal.child?.kill("SIGTERM");
    });
  const killAll = () => {
    closing = true;
    for (const { child } of slots) child?.kill("SIGKILL");
  };
  process.once("exit", killAll);
  // Nothing strikes yet: whoever is not up by then never will be.
  const startFirst = async (slot: Slot, index: number) => {
    const log = join(folder, `server-${index}.log`);
    const { promise, resolve } = Promise.withResolvers<void>();
    lives.push(supervise(slot, log, resolve));
    const tooLate = new AbortController();
    const late = sleep(firstStartMaxMs, undefined, { signal: tooLate.signal }).then(() => {
      killAll();
      throw new Error(`server ${index} does not start: ${logOf(log)}`);
    });
    await Promise.race([promise, late]);
    tooLate.abort();
    await late.catch(() => undefined);
  };
  await Promise.all(slots.map(startFirst));
  return {
    size: slots.length,
    urls: () => slots.flatMap(({ url }) => url ?? []),
    isUp: (index) => slots[index]?.up === true,
    signal(index, signal) {
      const slot = slots[index];
      if (slot?.child === undefined || !slot.up || slot.ending) return false;
      // Whoever is to end is no longer asked for anything; an ordinary end has code 0, and is an end all the same.
      if (signal === "SIGKILL" || signal === "SIGTERM") slot.ending = true;
      return slot.child.kill(signal);
    },
    starts: () => starts,
    failedStarts: () => failedStarts,
    crashes,
    async close() {
      killAll();
      process.off("exit", killAll);
      await Promise.all(lives);
    },
  };
}
