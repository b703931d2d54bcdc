import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig, Pool } from "pg";
import type { JsonValue } from "../shared/json.ts";
import { callWithRetries } from "./call-with-retries.ts";
import { migrate } from "./migrate.ts";
import { coreMigrations } from "./migration-files.ts";
import { namedCall } from "./named-call.ts";
import type { Database } from "./port.ts";
import { lendExecutor } from "./postgres-executor.ts";
import { postgresListener } from "./postgres-listener.ts";
import { classifySqlError, sqlStateOf } from "./sql-error.ts";

/** How to reach a Postgres. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode` and the like where needed. */
  connectionString: string;
  /** Connections at the same time. Default 10. */
  max?: number;
  /** TLS beyond what `connectionString` says, e.g. `{ ca }`. */
  ssl?: boolean | ConnectionOptions;
  /** To connect, or to wait for a free connection. Default 5 s. */
  connectTimeoutMs?: number;
  /** For the answer to one call; the functions wait for a lock for 5 s at most. Default 30 s. */
  callTimeoutMs?: number;
  /**
   * After this the server ends a call by itself, whoever is still waiting for it. Sent when a connection is opened, which
   * poolers may refuse (pgbouncer does without `ignore_startup_parameters = statement_timeout`): behind one give it to
   * the role, `alter role … set statement_timeout = '30s'`. Default: whatever the role has. PostgREST, and so Supabase's
   * API, needs nothing: it takes the 30 s that each function of ours declares.
   */
  statementTimeoutMs?: number;
  /** What `pg_stat_activity` shows. Default `genbff`. */
  applicationName?: string;
  /** `false` where the schema is brought up to date at deployment. Default `true`. */
  migrate?: boolean;
}

/** Results are read by us: a program may have changed pg's own parsers for everybody in it. */
const plainText = { getTypeParser: () => (text: string) => text };

/**
 * Postgres 15 to 18 by a pool of direct connections, one round trip a call.
 *
 * Keeps no session state and names no prepared statement, so it works behind a transaction pooler such as
 * pgbouncer; only `listen` then stays silent, which is allowed. Connects at the first call.
 *
 * @example
 * const database = postgres(process.env.DATABASE_URL);
 */
export function postgres(options: string | PostgresOptions): Database {
  const settings: PostgresOptions = typeof options === "string" ? { connectionString: options } : options;
  const connection = connectionConfig(settings);
  const pool = new Pool({
    ...connection,
    max: settings.max ?? 10,
    query_timeout: settings.callTimeoutMs ?? 30_000,
    ...(settings.statementTimeoutMs === undefined ? {} : { statement_timeout: settings.statementTimeoutMs }),
  });
  const listener = postgresListener(() => new Client(connection));

  // A lost connection is an event as well as a failed call, and an event nobody hears ends the process.
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));

  return {
    async call(functionName, args) {
      const { text, values } = namedCall(functionName, args);
      return callWithRetries(functionName, async () => {
        const client = await pool.connect();
        try {
          const { rows } = await client.query<{ result: string | null }>({ text, values, types: plainText });
          client.release();
          const result = rows[0]?.result ?? null;
          return result === null ? null : (JSON.parse(result) as JsonValue);
        } catch (error) {
          // After a refusal the connection is as good as before; pool.query would throw it away.
          client.release(!isUsableAfter(error));
          throw error;
        }
      });
    },
    listen: (channel, handler) => listener.listen(channel, handler),
    async migrate(folders) {
      if (settings.migrate === false) return;
      await callWithRetries("migrate", () =>
        lendExecutor(connection, (executor) => migrate(executor, [coreMigrations(), ...folders])),
      );
    },
    async close() {
      await Promise.all([listener.close(), pool.end()]);
    },
  };
}

function connectionConfig(settings: PostgresOptions): ClientConfig {
  return {
    connectionString: settings.connectionString,
    application_name: settings.applicationName ?? "genbff",
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5_000,
    keepAlive: true,
    ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
  };
}

function isUsableAfter(error: unknown): boolean {
  return sqlStateOf(error) !== undefined && classifySqlError(error) !== "disconnected";
}

function ignore(): void {}
