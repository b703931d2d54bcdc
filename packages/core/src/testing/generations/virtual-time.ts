import type { TestDatabase } from "../embedded/test-database.ts";

/** The database's clock in a test's hand: it runs as always, and jumps when it is told to. */
export interface VirtualTime {
  forward(ms: number): Promise<void>;
}

/** Takes the clock of a test's own database: every time that SQL reads comes from `genbff.now()`. */
export async function takeClock({ query }: Pick<TestDatabase, "query">): Promise<VirtualTime> {
  await query("create table genbff.test_clock (ahead interval not null)");
  await query("insert into genbff.test_clock values ('0')");
  await query(`create or replace function genbff.now() returns timestamptz language sql volatile as
    $$ select pg_catalog.clock_timestamp() + ahead from genbff.test_clock $$`);
  return {
    async forward(ms) {
      await query("update genbff.test_clock set ahead = ahead + $1 * interval '1 millisecond'", [ms]);
    },
  };
}

/** The database's clock, standing still. */
export interface StoppedTime {
  /** An expression of SQL, e.g. `timestamptz '2026-01-01'`. */
  set(expression: string): Promise<void>;
}

/** Stops the clock of a test's own database, to look at a single microsecond. */
export async function stopClock({ query }: Pick<TestDatabase, "query">): Promise<StoppedTime> {
  await query("create table genbff.test_clock as select pg_catalog.clock_timestamp() as at");
  await query(`create or replace function genbff.now() returns timestamptz language sql volatile as
    $$ select at from genbff.test_clock $$`);
  return {
    async set(expression) {
      await query(`update genbff.test_clock set at = ${expression}`);
    },
  };
}
