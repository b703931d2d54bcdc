import { Client, type ClientConfig } from "pg";
import type { MigrationExecutor, RunSql } from "./migrate.ts";

/**
 * Lends a connection of its own, without the time limit of a call, to whoever changes the schema.
 *
 * Rejects with what the server says; nothing is repeated.
 */
export async function lendExecutor(
  config: ClientConfig,
  work: (executor: MigrationExecutor) => Promise<void>,
): Promise<void> {
  const client = new Client(config);
  client.on("error", () => undefined); // a lost connection is a failed statement as well
  try {
    await client.connect();
    await work(executor(client));
  } finally {
    await client.end();
  }
}

function executor(client: Client): MigrationExecutor {
  const run: RunSql = async (sql) => {
    const results = await client.query(sql);
    // Several statements give several results, which pg's types do not say.
    const last = Array.isArray(results) ? results.at(-1) : results;
    return last?.rows ?? [];
  };
  return {
    run,
    async transaction(work) {
      // Read committed: after the wait for the lock we must see what its last owner did.
      await run("begin isolation level read committed");
      try {
        await work(run);
        await run("commit");
      } catch (error) {
        await run("rollback").catch(() => undefined); // fails where the connection is gone, which rolls back too
        throw error;
      }
    },
  };
}
