import { Client } from "pg";
import { migrate } from "../../database/migrate.ts";
import type { MigrationFolder } from "../../database/port.ts";

/**
 * Migrates by one connection of its own: these folders and no others, without the library's unless it is named, and
 * without the driver's second try.
 */
export async function migrateAlone(url: string, folders: readonly MigrationFolder[]): Promise<void> {
  const client = new Client(url);
  client.on("error", () => undefined);
  await client.connect();
  const run = async (sql: string) => {
    const results = await client.query(sql);
    return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? [];
  };
  try {
    await migrate(
      {
        run,
        async transaction(work) {
          await run("begin");
          await work(run);
          await run("commit");
        },
      },
      folders,
    );
  } finally {
    await client.end().catch(() => undefined); // gone already, where it was killed
  }
}
