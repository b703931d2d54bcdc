import type { JsonValue } from "../../shared/json.ts";
import type { Outcome } from "./command.ts";

/** All that can be seen of a ledger, without the ids that differ from run to run. */
export interface Seen {
  readonly steps: readonly Outcome[];
  readonly violations: readonly JsonValue[];
  readonly wallets: Readonly<Record<string, SeenWallet>>;
}

/** A wallet as operators and users see it. Lots are named by their number in the wallet, holds by their key. */
export interface SeenWallet {
  readonly balance: JsonValue;
  /** At each of the moments that were asked for. */
  readonly past: readonly { readonly posted: number; readonly held: number }[];
  readonly lots: readonly Readonly<Record<string, JsonValue>>[];
  readonly holds: readonly Readonly<Record<string, JsonValue>>[];
  readonly entries: readonly SeenEntry[];
  /** What `genbff_history` answers, oldest first; of one moment by what is in them, since ids decide there. */
  readonly history: readonly Readonly<Record<string, JsonValue>>[];
  readonly payments: JsonValue;
}

/** One movement. */
export interface SeenEntry {
  readonly seq: number;
  readonly kind: string;
  readonly amount: number;
  readonly balance_after: number;
  readonly lot: number | null;
  readonly hold: string | null;
  readonly at: string;
}

/** `genbff_test.tell` plays commands like `genbff_test.play`, and shows everything that there is afterwards. */
export const tellSql = `
create function genbff_test.wallet(p_wallet_id text, p_moments timestamptz[]) returns jsonb language plpgsql as $$
begin
  return (
    with lots as (select *, row_number() over (order by id) as number from genbff.grants where wallet_id = p_wallet_id)
    select jsonb_build_object(
      'balance', public.genbff_balance(p_wallet_id),
      'past', (select coalesce(jsonb_agg(public.genbff_balance_at(p_wallet_id, m) order by m), '[]') from unnest(p_moments) m),
      'lots', (select coalesce(jsonb_agg(jsonb_build_object('source', source, 'amount', amount, 'remaining', remaining, 'held', held,
                 'priority', priority, 'effective_at', effective_at, 'expires_at', expires_at, 'created_at', created_at) order by id), '[]') from lots),
      'holds', (select coalesce(jsonb_agg(jsonb_build_object('key', h.idempotency_key, 'amount', h.amount, 'state', h.state, 'captured', h.captured,
                 'reference', h.external_reference, 'created_at', h.created_at, 'settled_at', h.settled_at, 'expires_at', h.expires_at,
                 'parts', (select jsonb_agg(jsonb_build_array(l.number, p.amount, p.captured, p.refunded) order by p.position)
                             from genbff.hold_lots p join lots l on l.id = p.grant_id where p.hold_id = h.id)) order by h.idempotency_key), '[]')
                 from genbff.holds h where h.wallet_id = p_wallet_id),
      'entries', (select coalesce(jsonb_agg(jsonb_build_object('seq', t.seq, 'kind', t.kind, 'amount', t.amount, 'balance_after', t.balance_after,
                   'key', case when t.kind in ('capture', 'expiry') or t.idempotency_key like E'\\n%' then null else t.idempotency_key end,
                   'lot', l.number, 'hold', h.idempotency_key, 'at', t.created_at, 'reason', t.reason, 'actor', t.actor) order by t.seq), '[]')
                   from genbff.transactions t left join lots l on l.id = t.grant_id left join genbff.holds h on h.id = t.hold_id
                  where t.wallet_id = p_wallet_id),
      'history', (select coalesce(jsonb_agg((value - 'id') order by value ->> 'created_at', (value - 'id')::text), '[]')
                    from jsonb_array_elements(public.genbff_history(p_wallet_id, 1000))),
      'payments', (select coalesce(jsonb_agg(jsonb_build_array(e.provider, e.event_id, e.purchase_id, l.number) order by e.provider, e.event_id), '[]')
                     from genbff.payment_events e join lots l on l.id = e.grant_id where e.wallet_id = p_wallet_id)));
end $$;

create function genbff_test.tell(p_start timestamptz, p_commands jsonb, p_moments timestamptz[]) returns jsonb language plpgsql as $$
declare
  v_played jsonb := genbff_test.play(p_start, p_commands, 1000000);
begin
  -- Looked at from one moment, whichever command was played last.
  perform set_config('genbff_test.now', (select max(p_start + (c ->> 'at')::bigint * interval '1 millisecond')
    from jsonb_array_elements(p_commands) c)::text, true);
  return jsonb_build_object('steps', v_played -> 'steps', 'violations', v_played -> 'violations',
    'wallets', (select coalesce(jsonb_object_agg(user_id, genbff_test.wallet(user_id, p_moments)), '{}') from public.user_credits));
end $$;`;
