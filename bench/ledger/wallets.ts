import type { Client } from "pg";

/** Wallets `w1` to `w<count>` with a lot that no run empties. */
export async function makeWallets(admin: Client, count: number): Promise<void> {
  await admin.query(
    "select count(public.genbff_grant('w' || i, 1000000000, 'bench')) from generate_series(1, $1::int) i",
    [count],
  );
}

/**
 * The past of those wallets: holds of three credits of which two were captured, until there are `entries` entries.
 *
 * Written as rows, which takes a tenth of the time of as many calls, in the order in which the wallets would have written
 * them: all first captures, all second ones. The books balance afterwards, and the caller asks `genbff_verify()`.
 */
export async function makePast(admin: Client, wallets: number, entries: number): Promise<void> {
  const each = Math.ceil(entries / wallets) - 1; // the grant is the first
  if (each < 1) return;
  await admin.query("begin");
  await admin.query("set local session_replication_role = replica"); // the foreign keys are right by construction
  await admin.query(
    `create temporary table past on commit drop as
       select n, genbff.new_id() as hold_id, g.wallet_id, g.id as grant_id, g.amount,
              clock_timestamp() - ($1::int + 1 - n) * interval '1 minute' as at
         from generate_series(1, $1::int) n cross join genbff.grants g order by n, g.id`,
    [each],
  );
  await admin.query(`
    insert into genbff.holds (id, wallet_id, idempotency_key, amount, state, captured, external_reference, expires_at, created_at, settled_at)
      select hold_id, wallet_id, gen_random_uuid()::text, 3, 'captured', 2, 'bench', at + interval '10 minutes', at, at + interval '1 second' from past;
    insert into genbff.hold_lots (hold_id, wallet_id, grant_id, position, amount, captured)
      select hold_id, wallet_id, grant_id, 0, 3, 2 from past;
    insert into genbff.transactions (wallet_id, seq, kind, amount, balance_after, idempotency_key, request, hold_id, created_at)
      select wallet_id, n + 1, 'capture', -2, amount - 2 * n, hold_id::text, '{}', hold_id, at + interval '1 second' from past`);
  await admin.query("update genbff.grants set remaining = remaining - 2 * $1::int", [each]);
  await admin.query(
    `update public.user_credits
        set balance = balance - 2 * $1::int, lifetime_spent = lifetime_spent + 2 * $1::int, seq = seq + $1::int`,
    [each],
  );
  await admin.query("commit");
}
