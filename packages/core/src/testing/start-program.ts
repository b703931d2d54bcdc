import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import type { Confidential } from "./leaks/watch-leaks.ts";
import { secretsIn, watchServer } from "./leaks/watch-server.ts";
import { atTheEnd } from "./leaks/watched.ts";
import { programEnvironment } from "./program-environment.ts";

/** A program of ours in a process of its own. What it says, and what it answers at its addresses, is searched for leaks. */
export interface Program {
  readonly pid: number | undefined;
  /** All that it has said so far, on both its outputs. */
  said(): string;
  /**
   * Resolves once it has said it, to the pattern's first group or else to all that fits.
   *
   * @throws Error - it has ended without, or has not said it in time.
   */
  says(pattern: RegExp, timeoutMs?: number): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it is gone and all that it said is read, to its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Tells an address that it answers at: from here on the answers are searched. Returns the address. */
  at(url: string): string;
}

/** How it is started, and what nobody may read of it; what its environment calls a secret is one. */
export interface ProgramOptions extends Confidential {
  /** All that it finds there but `programEnvironment`. Default: what the test has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A file of ours as a command: its packages' TypeScript is run as it is. */
export const nodeProgram = (...args: readonly string[]): readonly string[] => [
  process.execPath,
  "--conditions=@genbff/source",
  ...args,
];

/** Starts one. What a file of tests leaves running is killed at its end. */
export function startProgram(
  [command = "", ...args]: readonly string[],
  options: ProgramOptions = {},
): Program {
  const { env, cwd, secrets = [], ...confidential } = options;
  const name = basename(args.find((arg) => /\.[cm]?[jt]s$/.test(arg)) ?? command);
  const watch = watchServer(name, { ...confidential, secrets: [...secrets, ...secretsIn(env ?? {})] });
  const child = spawn(command, args, {
    ...(env && { env: { ...programEnvironment, ...env } }),
    ...(cwd !== undefined && { cwd }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const listening = new Set<() => void>();
  const tell = () => {
    for (const listen of listening) listen();
  };
  for (const stream of [child.stdout, child.stderr]) {
    watch.hears(stream);
    stream.on("data", (text: string) => {
      said += text;
      tell();
    });
  }
  let how: number | NodeJS.Signals | null | undefined;
  const ended = once(child, "close").then(([code, signal]): number | NodeJS.Signals | null => {
    how = signal ?? code;
    tell();
    return signal ?? code;
  });
  atTheEnd(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    pid: child.pid,
    said: () => said,
    async says(pattern, timeoutMs) {
      const heard = Promise.withResolvers<string>();
      const fail = (why: string) =>
        heard.reject(new Error(`${name} ${why} before it said ${pattern}:\n${said.slice(-4000)}`));
      const listen = () => {
        const found = pattern.exec(said);
        if (found !== null) heard.resolve(found[1] ?? found[0]);
        else if (how !== undefined) fail(`ended with ${how}`);
      };
      const late =
        timeoutMs === undefined ? undefined : setTimeout(() => fail(`took ${timeoutMs} ms`), timeoutMs);
      listening.add(listen);
      listen();
      try {
        return await heard.promise;
      } finally {
        listening.delete(listen);
        clearTimeout(late);
      }
    },
    signal: (signal) => void child.kill(signal),
    ended,
    at: watch.at,
  };
}
