import { postgres } from "../../database/postgres.ts";
import { startPgbouncer } from "./pgbouncer.ts";
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.ts";

/** A database whose driver goes through a pooler of its own. What looks behind the port goes around it. */
export interface PooledDatabase extends TestDatabase {
  /** For more drivers. */
  readonly pooledUrl: string;
  /** How many statements the pooler has passed on. */
  statements(): Promise<number>;
}

/** Makes one: up to 32 connections to the pooler, and ten from there to the server. */
export async function createPooledDatabase(options: TestDatabaseOptions = {}): Promise<PooledDatabase> {
  const test = await createTestDatabase(options);
  const pooler = await startPgbouncer(test.url);
  const pooledUrl = pooler.through(test.url);
  const database = postgres({ connectionString: pooledUrl, max: options.max ?? 32, listenUrl: test.url });
  return {
    ...test,
    database,
    pooledUrl,
    statements: pooler.statements,
    async close() {
      await database.close();
      await pooler.stop();
      await test.close();
    },
  };
}
