import type { TestDatabase } from "../embedded/test-database.ts";

/** Which row's change kills the connection that makes it: the nth of a table, over all connections and all tries. */
export interface DeathInRows {
  readonly table: string;
  /** From 1. */
  readonly at: readonly number[];
  /** Which rows count, e.g. `new.kind = 'expiry'`. All by default. */
  readonly when?: string;
}

/**
 * Lets connections of a test's own database die in the middle of a statement, after a row was written and before the
 * transaction is whole. A sequence counts, because it remembers what a rollback takes back.
 *
 * @returns How many have died.
 */
export async function killInRows(
  test: TestDatabase,
  { table, at, when }: DeathInRows,
): Promise<() => Promise<number>> {
  await test.query("create schema if not exists deaths");
  await test.query("drop sequence if exists deaths.rows cascade");
  await test.query("create sequence deaths.rows");
  await test.query(`create or replace function deaths.in_rows() returns trigger language plpgsql as $$
    begin
      if nextval('deaths.rows') = any ('{${at.join(",")}}'::bigint[]) then
        perform pg_terminate_backend(pg_backend_pid());
      end if;
      return null;
    end $$`);
  await test.query(`create or replace trigger dies after insert or update on ${table}
    for each row ${when === undefined ? "" : `when (${when})`} execute function deaths.in_rows()`);
  return async () => {
    await test.query(`drop trigger dies on ${table}`);
    const [{ seen = "0" } = {}] = await test.query<{ seen: string }>(
      "select case when is_called then last_value else 0 end as seen from deaths.rows",
    );
    return at.filter((one) => one <= Number(seen)).length;
  };
}

/**
 * Lets the connection that migrates an empty database die at every `stride`th statement that changes the schema, in each
 * file, the first at statement `first`: the same file is begun again for each of them.
 *
 * @returns Takes the trap away, and tells how often it has closed.
 */
export async function killInMigrations(
  test: TestDatabase,
  { first, stride, files }: { first: number; stride: number; files: number },
): Promise<() => Promise<number>> {
  await test.query("create schema deaths");
  await test.query("create sequence deaths.count");
  for (let file = 0; file <= files; file++) {
    await test.query(`create sequence deaths.file_${file} start ${first} increment ${stride}`);
    await test.query(`select nextval('deaths.file_${file}')`);
  }
  await test.query(`create function deaths.in_migrations() returns event_trigger language plpgsql as $$
    declare
      v_statement int := coalesce(nullif(current_setting('deaths.statement', true), ''), '0')::int + 1;
      v_file int := 0;
      v_next bigint;
    begin
      if to_regclass('genbff.migrations') is not null then
        execute 'select count(*) from genbff.migrations' into v_file;
      end if;
      perform set_config('deaths.statement', v_statement::text, true);
      execute format('select last_value from deaths.file_%s', v_file) into v_next;
      if v_statement = v_next then
        perform nextval('deaths.file_' || v_file), nextval('deaths.count'), pg_terminate_backend(pg_backend_pid());
      end if;
    end $$`);
  await test.query("create event trigger dies on ddl_command_end execute function deaths.in_migrations()");
  return async () => {
    await test.query("drop event trigger dies");
    const [{ count = "0" } = {}] = await test.query<{ count: string }>(
      "select case when is_called then last_value else 0 end as count from deaths.count",
    );
    await test.query("drop schema deaths cascade");
    return Number(count);
  };
}
