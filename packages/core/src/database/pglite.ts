import type { PGlite } from "@electric-sql/pglite";
import { AppError } from "../errors/app-error.ts";
import type { JsonValue } from "../shared/json.ts";
import { callWithRetries } from "./call-with-retries.ts";
import { type MigrationExecutor, migrate, type RunSql } from "./migrate.ts";
import { coreMigrations } from "./migration-files.ts";
import { namedCall, quoteName } from "./named-call.ts";
import { type OpenPglite, openFolder, openInMemory } from "./pglite-folder.ts";
import type { Database } from "./port.ts";

/** Where the embedded database lives. */
export interface PgliteOptions {
  /** A folder of its own; made if it is missing. */
  dataDir?: string;
  /** Keeps nothing, instead of `dataDir`. */
  memory?: true;
}

/**
 * Postgres inside this process (PGlite), for one process and one machine: nothing to install.
 *
 * Opens at the first call. Takes a lock in the folder, which a killed process cannot leave behind for good.
 * Acknowledged calls survive a kill of the process; a power cut is not covered.
 *
 * Calls reject with an `Error` that names folder and process while another process has the folder.
 *
 * @throws Error - neither a folder nor `memory` is given.
 *
 * @example
 * const database = pglite(".data/database");
 */
export function pglite(options: string | PgliteOptions): Database {
  const { dataDir, memory }: PgliteOptions = typeof options === "string" ? { dataDir: options } : options;
  if ((dataDir === undefined) !== (memory === true)) {
    throw new Error("pglite needs a folder (dataDir) or memory: true, and not both");
  }
  let opening: Promise<OpenPglite> | undefined;
  let closed = false;

  async function opened(): Promise<PGlite> {
    if (closed) throw new AppError("unavailable", { cause: new Error("The database was closed") });
    opening ??= dataDir === undefined ? openInMemory() : openFolder(dataDir);
    try {
      return (await opening).pg;
    } catch (error) {
      opening = undefined; // the next call tries again: the other process may have gone
      throw error;
    }
  }

  return {
    async call(functionName, args) {
      const { text, values } = namedCall(functionName, args);
      const pg = await opened();
      return callWithRetries(functionName, async () => {
        const { rows } = await pg.query<{ result: JsonValue }>(text, values);
        return rows[0]?.result ?? null;
      });
    },
    async listen(channel, handler) {
      const pg = await opened();
      const stop = await pg.listen(quoteName(channel), handler);
      return async () => {
        if (!pg.closed) await stop();
      };
    },
    async migrate(folders) {
      const pg = await opened();
      await callWithRetries("migrate", () => migrate(executor(pg), [coreMigrations(), ...folders]));
    },
    async close() {
      closed = true;
      await (await opening)?.close();
      opening = undefined;
    },
  };
}

function executor(pg: PGlite): MigrationExecutor {
  const runIn = (target: Pick<PGlite, "exec">): RunSql => {
    return async (sql) => (await target.exec(sql)).at(-1)?.rows ?? [];
  };
  return {
    run: runIn(pg),
    // PGlite keeps other calls out of a transaction that it knows of; a plain "begin" would let them in.
    transaction: (work) => pg.transaction((transaction) => work(runIn(transaction))),
  };
}
