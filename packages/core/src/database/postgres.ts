import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig, Pool } from "pg";
import { AppError } from "../errors/app-error.ts";
import type { JsonValue } from "../shared/json.ts";
import { callWithRetries } from "./call-with-retries.ts";
import { migrate } from "./migrate.ts";
import { coreMigrations } from "./migration-files.ts";
import { namedCall } from "./named-call.ts";
import type { Database } from "./port.ts";
import { lendExecutor } from "./postgres-executor.ts";
import { connectFailure, type PostgresPlace } from "./postgres-failure.ts";
import { sayGoodbye } from "./postgres-goodbye.ts";
import { postgresListener } from "./postgres-listener.ts";
import { tlsSettings } from "./postgres-tls.ts";
import { classifySqlError, sqlStateOf } from "./sql-error.ts";

/** How to reach a Postgres. */
export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database`, of a server or of a pooler. `?sslmode=` is `disable`, `require`
   * (encrypted), `verify-ca` or `verify-full` (the certificate is checked, by `sslrootcert=<file>` or the authorities that
   * Node trusts), as libpq has it; without it nothing is encrypted.
   */
  connectionString: string;
  /**
   * Where to listen for hints, if `connectionString` leads to a pooler in transaction mode: the server itself, or a pooler
   * in session mode. One connection. Default: `connectionString`; a pooler is noticed there, and nobody listens.
   */
  listenUrl?: string;
  /** Connections at the same time. A call that waits for one longer than `connectTimeoutMs` is `unavailable`. Default 10. */
  max?: number;
  /** TLS beyond what the URLs say, e.g. `{ ca }`; where both speak, this wins. */
  ssl?: boolean | ConnectionOptions;
  /** To connect, or to wait for a free connection. Default 5 s. */
  connectTimeoutMs?: number;
  /**
   * For the answer to one call; the functions wait for a lock for 5 s at most. The last resort, for a server that is mute:
   * the call may have been done, and is made again where 10 s have not gone by. Default 30 s.
   */
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

/** A peer that is gone without a word is noticed after this, and ten seconds more. */
const keepAliveMs = 10_000;

/**
 * Postgres 15 to 18 by a pool of direct connections, one round trip a call.
 *
 * Keeps no session state and names no prepared statement, so it works behind a transaction pooler such as
 * pgbouncer; there `listen` stays silent, which is allowed, unless `listenUrl` leads around it. Connects at the first call.
 *
 * Calls reject with `unavailable` where the server cannot be reached, refuses user or database, or shows a certificate that
 * does not fit; the message is for operators, names the place and the cure, and never a password.
 *
 * @throws Error - the connection string cannot be read, or asks for what is not offered here.
 *
 * @example
 * const database = postgres(process.env.DATABASE_URL);
 */
export function postgres(options: string | PostgresOptions): Database {
  const settings: PostgresOptions = typeof options === "string" ? { connectionString: options } : options;
  const connection = connectionConfig(settings, settings.connectionString);
  const listening = connectionConfig(settings, settings.listenUrl ?? settings.connectionString);
  const place = placeOf(connection);
  placeOf(listening);
  const limits = { max: settings.max ?? 10, connectTimeoutMs: settings.connectTimeoutMs ?? 5_000 };
  const callTimeout = { query_timeout: settings.callTimeoutMs ?? 30_000 };
  const pool = new Pool({
    ...connection,
    max: limits.max,
    ...callTimeout,
    ...(settings.statementTimeoutMs === undefined ? {} : { statement_timeout: settings.statementTimeoutMs }),
  });
  const listener = postgresListener(
    () => new Client({ ...listening, ...callTimeout }),
    settings.listenUrl !== undefined,
  );
  const open = new Set<Client>();
  let closing: Promise<void> | undefined;

  // A lost connection is an event as well as a failed call, and an event nobody hears ends the process.
  pool.on("error", ignore);
  pool.on("connect", (client) => {
    client.on("error", ignore);
    // The pool's clients are pg's own, and have the connection that its type leaves out.
    open.add(client as Client);
    client.once("end", () => open.delete(client as Client));
  });

  async function connected<T>(connecting: Promise<T>): Promise<T> {
    try {
      return await connecting;
    } catch (error) {
      throw connectFailure(error, place, limits);
    }
  }

  async function close(): Promise<void> {
    const goodbyes = () => Promise.all([...open].map(sayGoodbye));
    await Promise.all([listener.close(), pool.end().then(goodbyes)]);
  }

  return {
    async call(functionName, args) {
      const { text, values } = namedCall(functionName, args);
      return callWithRetries(functionName, async () => {
        if (closing !== undefined)
          throw new AppError("unavailable", { cause: new Error("The database was closed") });
        const client = await connected(pool.connect());
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
        lendExecutor(connection, (executor) => migrate(executor, [coreMigrations(), ...folders]), connected),
      );
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function connectionConfig(settings: PostgresOptions, url: string): ClientConfig {
  if (!/^((postgres|postgresql|socket):|\/|$)/.test(url)) throw new Error(unreadable);
  return {
    ...tlsSettings(url, settings.ssl),
    application_name: settings.applicationName ?? "genbff",
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
  };
}

/** Where `pg` would connect to by this configuration. */
function placeOf(connection: ClientConfig): PostgresPlace {
  try {
    const { host, port, user, database } = new Client(connection);
    return { host, port, user, database, byDefault: !connection.connectionString };
  } catch {
    throw new Error(unreadable); // without its cause, which may repeat a URL
  }
}

const unreadable =
  "The connection string cannot be read: it is postgres://user:password@host:port/database, with signs such as @ : / # ? % in the password written as %40 %3A %2F %23 %3F %25";

function isUsableAfter(error: unknown): boolean {
  return sqlStateOf(error) !== undefined && classifySqlError(error) !== "disconnected";
}

function ignore(): void {}
