import { Client } from "pg";
import { namedCall } from "../../database/named-call.ts";
import { postgres } from "../../database/postgres.ts";
import { translateSqlError } from "../../database/sql-error.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { openTestPglite } from "../embedded/test-pglite.ts";
import { type FrozenClock, freezeClock } from "../generations/virtual-time.ts";

/** The database of a simulation: real SQL, one statement at a time, its clock and its ids in the simulation's hand. */
export interface DatabaseServer {
  /** One call of a function, at this moment. */
  call(name: string, args: JsonObject, now: number): Promise<JsonValue>;
  /** Looks behind the port, as the owner. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Forgets everything but the schema; ids are counted from the start again. */
  empty(seed: number): Promise<void>;
  close(): Promise<void>;
}

interface Connection {
  call(name: string, args: JsonObject): Promise<JsonValue>;
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** The embedded database. */
export async function openPgliteServer(): Promise<DatabaseServer> {
  const { pg, close } = await openTestPglite();
  return prepare({
    // As the driver does it, without its pauses between two tries: faults are the simulation's own.
    async call(name, args) {
      const { text, values } = namedCall(name, args);
      try {
        return (await pg.query<{ result: JsonValue }>(text, values)).rows[0]?.result ?? null;
      } catch (error) {
        throw translateSqlError(error, name);
      }
    },
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await pg.query<Row>(text, [...values])).rows,
    close,
  });
}

/** An empty database on a real Postgres, through the real driver. */
export async function openPostgresServer(url: string): Promise<DatabaseServer> {
  const database = postgres({ connectionString: url, max: 1 });
  await database.migrate?.([]);
  const client = new Client(url);
  await client.connect();
  return prepare({
    call: (name, args) => database.call(name, args),
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as Row[],
    async close() {
      await database.close();
      await client.end();
    },
  });
}

async function prepare(connection: Connection): Promise<DatabaseServer> {
  const { query } = connection;
  const clock = await freezeClock(connection);
  await tameIds(connection);
  const tables = await query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('genbff', 'public')
        and tablename not in ('transitions', 'steps', 'migrations', 'gates', 'test_clock', 'test_seed')`,
  );
  return serve(connection, clock, tables.map(({ name }) => name).join(", "));
}

function serve(connection: Connection, clock: FrozenClock, tables: string): DatabaseServer {
  const { query } = connection;
  return {
    query,
    async call(name, args, now) {
      await clock.set(now);
      return connection.call(name, args);
    },
    async empty(seed) {
      // The ledger's own triggers refuse to be emptied, as they should.
      await query("set session_replication_role = replica");
      await query(`truncate ${tables} restart identity`);
      await query("set session_replication_role = default");
      await query("select setval('genbff.turn', 1, false), setval('genbff.test_id', 1, false)");
      await query("update genbff.test_seed set seed = $1", [seed]);
    },
    close: () => connection.close(),
  };
}

/** Ids that a seed decides: rows of the same moment are put in order by their ids, and so the order is the seed's. */
async function tameIds({ query }: Connection): Promise<void> {
  await query("create sequence genbff.test_id");
  await query("create table genbff.test_seed (seed bigint not null)");
  await query("insert into genbff.test_seed values (0)");
  await query(`create function genbff.test_uuid() returns uuid language sql volatile set search_path = '' as $$
    select overlay(overlay(pg_catalog.md5(s.seed || ' ' || pg_catalog.nextval('genbff.test_id'))
      placing '4' from 13) placing '8' from 17)::uuid from genbff.test_seed s $$`);
  const columns = await query<{ statement: string }>(
    `select format('alter table %I.%I alter column %I set default genbff.test_uuid()',
                   table_schema, table_name, column_name) as statement
       from information_schema.columns where column_default like '%gen_random_uuid()%' or column_default like '%new_id()%'`,
  );
  for (const { statement } of columns) await query(statement);
}
