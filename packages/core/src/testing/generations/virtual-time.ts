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

/** The database's clock, standing still until it is set. */
export interface FrozenClock {
  /** Ms since 1970, or an expression of SQL. Setting a number that is set already costs nothing. */
  set(at: number | string): Promise<void>;
}

/** Stops the clock: to look at a single microsecond, or for a simulation that owns the whole of time. */
export async function freezeClock({
  query,
}: {
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
}): Promise<FrozenClock> {
  await query("create table genbff.test_clock (stands_at timestamptz not null)");
  await query("insert into genbff.test_clock values ('epoch')");
  await query(`create or replace function genbff.now() returns timestamptz language sql volatile as
    $$ select stands_at from genbff.test_clock $$`);
  let standsAt: number | string | undefined;
  return {
    async set(at) {
      if (typeof at === "string") await query(`update genbff.test_clock set stands_at = ${at}`);
      else if (at !== standsAt)
        await query("update genbff.test_clock set stands_at = $1", [new Date(at).toISOString()]);
      standsAt = at;
    },
  };
}
