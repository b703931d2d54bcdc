import { fileURLToPath } from "node:url";
import type { MigrationFolder } from "../../database/port.ts";
import type { JsonObject } from "../../shared/json.ts";
import { nodeProgram, startProgram } from "../start-program.ts";

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
  const { says, said, signal, ended } = startProgram(nodeProgram(program, JSON.stringify(work)));
  const ready = says(/ready/).then(() => undefined);
  // Whoever kills it may not have waited for it.
  ready.catch(() => undefined);
  return {
    ready,
    ended: ended.then((how) => ({ code: typeof how === "number" ? how : null, said: said() })),
    async kill() {
      signal("SIGKILL");
      await ended;
    },
  };
}
