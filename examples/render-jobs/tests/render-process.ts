import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The example as `npm run example:render-jobs` runs it, in a process of its own. */
export interface RenderProcess {
  readonly url: string;
  /** The lines that it has printed. */
  readonly lines: readonly string[];
  /** Resolves once it has printed such a line; rejects where it ends before. */
  says(line: string): Promise<void>;
  /** SIGKILL: nothing is flushed, nothing is said goodbye to. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** Starts one; resolves once it has printed its address. `preload`: a module that runs before it. */
export async function startRenderProcess(
  environment: Record<string, string>,
  preload?: URL,
): Promise<RenderProcess> {
  const imports = preload === undefined ? [] : ["--import", preload.href];
  const child = spawn(process.execPath, ["--conditions=@genbff/source", ...imports, main], {
    env: { PATH: process.env.PATH ?? "", PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const waiting = new Set<() => void>();
  const exited = once(child, "exit");
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    for (const look of waiting) look();
  });
  const find = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(said)?.[1];
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      exited.then(([code]) => reject(new Error(`the example ended with ${code}: ${said}`)), reject);
      look();
    });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  const url = await find(/^Render jobs: (\S+)$/m);
  return {
    url,
    get lines() {
      return said.split("\n");
    },
    async says(line) {
      await find(new RegExp(`^(${line})$`, "m"));
    },
    async kill() {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
  };
}
