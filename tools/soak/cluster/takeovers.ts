import { setTimeout as sleep } from "node:timers/promises";

/** Asks the database. */
type Query = <Row extends object>(sql: string) => Promise<Row[]>;

/** What was taken over from whoever had it, by the database's clock. */
export interface Takeovers {
  readonly count: number;
  /** From the end of the dead one's lease until another one had it, at most. */
  readonly longestAfterLeaseMs: number;
  /** The same without the time in which all workers were dead, or the database was away; 0 where nobody noted it. */
  readonly longestWithWorkersMs: number;
}

const noteEveryMs = 250;

/**
 * Has the database write down whenever a lease is taken that had run out instead of being given back.
 *
 * Once, after the tables are there and before anybody dies.
 */
export async function watchTakeovers(query: Query): Promise<void> {
  await query("create table public.workers_up (at timestamptz not null default clock_timestamp())");
  await query(
    "create table public.takeovers (generation_id uuid not null, expired_at timestamptz not null, taken_at timestamptz not null)",
  );
  await query(`create function public.note_takeover() returns trigger language plpgsql as
    $$ begin insert into public.takeovers values (new.id, old.lease_expires_at, clock_timestamp()); return null; end $$`);
  // A lease that is given back, to everybody or by a commit, leaves no date behind.
  await query(`create trigger note_takeover after update on genbff.generations for each row
    when (old.lease_expires_at is not null and new.lease_expires_at is not null and new.lease_epoch > old.lease_epoch)
    execute function public.note_takeover()`);
}

/** Notes again and again, until the signal, that there is a worker who could take over. */
export async function noteWorkersUp(
  query: Query,
  isAnyUp: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (isAnyUp()) await query("insert into public.workers_up default values");
    await sleep(noteEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Everything that was written down. */
export async function readTakeovers(query: Query): Promise<Takeovers> {
  const [row] = await query<Takeovers>(`select count(*)::int as count,
      coalesce(ceil(extract(epoch from max(taken_at - expired_at)) * 1000), 0)::int as "longestAfterLeaseMs",
      coalesce(max(least(extract(epoch from taken_at - expired_at) * 1000,
        (select count(*) from public.workers_up where at between expired_at and taken_at) * ${noteEveryMs})), 0)::int
        as "longestWithWorkersMs"
    from public.takeovers`);
  if (row === undefined) throw new Error("the database counts nothing");
  return row;
}
