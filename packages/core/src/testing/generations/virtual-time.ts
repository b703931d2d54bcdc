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
  /** Ms since 1970. Setting what is set already costs nothing. */
  set(ms: number): Promise<void>;
}

/** The same for a simulation that owns the whole of time: nothing passes by itself. */
export async function freezeClock({
  query,
}: {
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
}): Promise<FrozenClock> {
  await query("create table genbff.test_clock (stands_at timestamptz not null)");
  await query("insert into genbff.test_clock values ('epoch')");
  await query(`create or replace function genbff.now() returns timestamptz language sql volatile as
    $$ select stands_at from genbff.test_clock $$`);
  let standsAt: number | undefined;
  return {
    async set(ms) {
      if (ms === standsAt) return;
      await query("update genbff.test_clock set stands_at = $1", [new Date(ms).toISOString()]);
      standsAt = ms;
    },
  };
}
