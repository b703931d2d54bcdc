import { createHash, randomBytes } from "node:crypto";
import { Client, Pool, type QueryResultRow } from "pg";
import { inject } from "vitest";
import { coreMigrations, readMigrations } from "../../database/migration-files.ts";
import type { Database, MigrationFolder } from "../../database/port.ts";
import { postgres } from "../../database/postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Given by the global set-up in `tools/embedded-postgres.ts`. */
    postgresUrl: string;
    /** The same with Supabase's roles. */
    supabasePostgresUrl: string;
  }
}

/** A database of one test file's own on the run's Postgres. */
export interface TestDatabase {
  readonly url: string;
  /** The driver under test, migrated. */
  readonly database: Database;
  /** Looks behind the port, as the owner. One statement; resolves to its rows. */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Closes both and drops the database. */
  close(): Promise<void>;
}

/** What to put in. */
export interface TestDatabaseOptions {
  /** Run after the library's own. */
  migrations?: readonly MigrationFolder[];
  /** No migration at all, for tests of migrating. */
  empty?: boolean;
  /** The URL of another server than the run's, e.g. of another version. */
  server?: string;
  /** Connections of the driver under test. */
  max?: number;
}

/**
 * Makes a database by copying one that was migrated once, in some 50 ms; ten times that where its server is on a disk.
 *
 * @example
 * const test = await createTestDatabase();
 * await test.database.call("genbff_verify", {});
 * const rows = await test.query("select * from genbff.events where generation_id = $1", [id]);
 * await test.close();
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? inject("postgresUrl");
  const admin = new Client(server);
  await admin.connect();
  const name = `test_${randomBytes(6).toString("hex")}`;
  try {
    const template = options.empty
      ? "template0"
      : await migratedTemplate(admin, server, options.migrations ?? []);
    // Its files as they are: the default copies them page by page, through the log.
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
  } finally {
    await admin.end();
  }

  const url = urlOf(server, name);
  const database = postgres({ connectionString: url, ...(options.max ? { max: options.max } : {}) });
  const pool = new Pool({ connectionString: url, max: 5 });
  // Dropping the database ends what is left of its connections, and tests end some on purpose.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", () => undefined);
  return {
    url,
    database,
    async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(text, [...values])).rows;
    },
    async close() {
      await Promise.all([database.close(), pool.end()]);
      const client = new Client(server);
      await client.connect();
      await client.query(`drop database if exists ${name} with (force)`);
      await client.end();
    },
  };
}

/** Named by what is in it, so that an edited migration gives another one while tests are being watched. */
async function migratedTemplate(
  admin: Client,
  server: string,
  migrations: readonly MigrationFolder[],
): Promise<string> {
  const files = await Promise.all([coreMigrations(), ...migrations].map(readMigrations));
  const checksums = files.flat().map((file) => `${file.folder}/${file.name} ${file.checksum}`);
  const name = `template_${createHash("sha256").update(checksums.join("\n")).digest("hex").slice(0, 16)}`;
  // Test files run at the same time: the first one makes it, the others wait. The lock ends with the connection.
  await admin.query("select pg_advisory_lock(hashtext($1))", [name]);
  const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
  if (rowCount === 0) await makeTemplate(admin, server, name, migrations);
  await admin.query("select pg_advisory_unlock(hashtext($1))", [name]);
  return name;
}

async function makeTemplate(
  admin: Client,
  server: string,
  name: string,
  migrations: readonly MigrationFolder[],
): Promise<void> {
  const unfinished = `unfinished_${name}`;
  await admin.query(`drop database if exists ${unfinished} with (force)`);
  await admin.query(`create database ${unfinished} template template0`);
  const database = postgres(urlOf(server, unfinished));
  try {
    await database.migrate?.(migrations);
  } finally {
    await database.close();
  }
  await admin.query(`alter database ${unfinished} rename to ${name}`);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
