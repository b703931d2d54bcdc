import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { MigrationFolder } from "../../database/port.ts";
import type { JsonObject } from "../../shared/json.ts";

/** What a process is to do, and in which database. */
export type Work = ({ readonly url: string } | { readonly folder: string }) &
  (
    | { readonly migrate: readonly MigrationFolder[] }
    | { readonly call: string; readonly args: JsonObject }
    | { readonly live: true }
  );

/** A process at work. */
export interface WorkingProcess {
  /** It is about to begin; what lives has come as far as it was to. */
  readonly ready: Promise<void>;
  /** Its exit code and all it said. */
  readonly ended: Promise<{ code: number | null; said: string }>;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts one. */
export function startProcess(work: Work): WorkingProcess {
  const program = fileURLToPath(new URL("database-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@genbff/source", program, JSON.stringify(work)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ready = Promise.withResolvers<void>();
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes("ready")) ready.resolve();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = once(child, "exit").then(([code]) => {
    ready.reject(new Error(`the process ended before it began: ${said}`));
    return { code: code as number | null, said };
  });
  ready.promise.catch(() => undefined);
  return {
    ready: ready.promise,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
