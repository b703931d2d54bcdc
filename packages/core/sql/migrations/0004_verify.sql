-- The ledger's own audit: one row per broken promise, none in a healthy database. Reads only, one snapshot,
-- blocks nobody. The numbers are those of reliability-spec.md.

create function public.genbff_verify() returns table (invariant text, wallet_id text, detail jsonb)
language sql stable security definer set search_path = '' as $$
  -- L1: the balance is the sum of the entries; L4: numbered without gap, each with its running balance.
  select 'L1 balance is the sum of entries', w.user_id, jsonb_build_object('balance', w.balance, 'entries', coalesce(sum(t.amount), 0))
    from public.user_credits w left join genbff.transactions t on t.wallet_id = w.user_id
   group by w.user_id having w.balance <> coalesce(sum(t.amount), 0)
  union all
  select 'L4 entries are numbered 1..n', w.user_id, jsonb_build_object('seq', w.seq, 'entries', count(t.id), 'last', max(t.seq))
    from public.user_credits w left join genbff.transactions t on t.wallet_id = w.user_id
   group by w.user_id having w.seq <> count(t.id) or w.seq <> coalesce(max(t.seq), 0)
  union all
  select 'L4 balance_after runs', t.wallet_id, jsonb_build_object('seq', t.seq, 'balance_after', t.balance_after, 'expected', t.running)
    from (select wallet_id, seq, balance_after, sum(amount) over (partition by wallet_id order by seq) as running
            from genbff.transactions) t
   where t.balance_after <> t.running
  union all
  -- L2: what is held is the sum of the open holds.
  select 'L2 held is the sum of open holds', w.user_id, jsonb_build_object('held', w.held, 'holds', coalesce(sum(h.amount), 0))
    from public.user_credits w left join genbff.holds h on h.wallet_id = w.user_id and h.state = 'open'
   group by w.user_id having w.held <> coalesce(sum(h.amount), 0)
  union all
  -- L3: nobody can have spent more than there was.
  select 'L3 available is not negative', w.user_id, jsonb_build_object('available', w.balance - w.held - genbff.expired_credits(w.user_id, genbff.now()))
    from public.user_credits w where w.balance - w.held - genbff.expired_credits(w.user_id, genbff.now()) < 0
  union all
  -- L8: a captured hold has one entry of its amount; any other hold has none.
  select 'L8 a capture is its entry', h.wallet_id, jsonb_build_object('hold', h.id, 'state', h.state, 'captured', h.captured, 'entry', t.amount)
    from genbff.holds h left join genbff.transactions t on t.hold_id = h.id and t.kind = 'capture'
   where coalesce(h.captured, 0) <> -coalesce(t.amount, 0)
  union all
  select 'L8 a hold is its lots', h.wallet_id, jsonb_build_object('hold', h.id, 'amount', h.amount, 'lots', sum(l.amount), 'captured', sum(l.captured))
    from genbff.holds h left join genbff.hold_lots l on l.hold_id = h.id
   group by h.id having h.amount <> coalesce(sum(l.amount), 0) or coalesce(h.captured, 0) <> coalesce(sum(l.captured), 0)
  union all
  select 'L8 a hold is settled as its state says', h.wallet_id, jsonb_build_object('hold', h.id, 'state', h.state, 'amount', h.amount, 'captured', h.captured)
    from genbff.holds h
   where (h.state = 'open') <> (h.settled_at is null) or (h.state = 'captured') <> (h.captured is not null)
      or h.captured not between 0 and h.amount
  union all
  -- L13: a lot ends at its end, not before, and what ended has not come back.
  select 'L13 a lot ends when it ends', g.wallet_id, jsonb_build_object('grant', g.id, 'expires_at', g.expires_at, 'first', x.first, 'free', g.remaining - g.held)
    from genbff.grants g join (select t.wallet_id, t.grant_id, min(t.created_at) as first from genbff.transactions t where t.kind = 'expiry' group by 1, 2) x
      on x.wallet_id = g.wallet_id and x.grant_id = g.id
   where g.expires_at is null or x.first < g.expires_at or g.remaining > g.held
  union all
  -- L14: no hold gives back more than it took.
  select 'L14 refunds are within the capture', h.wallet_id, jsonb_build_object('hold', h.id, 'captured', h.captured, 'refunds', r.total)
    from genbff.holds h join (select hold_id, sum(amount) as total from genbff.transactions where kind = 'refund' group by hold_id) r on r.hold_id = h.id
   where r.total > coalesce(h.captured, 0)
      or r.total <> (select coalesce(sum(l.refunded), 0) from genbff.hold_lots l where l.hold_id = h.id)
  union all
  -- L11: the balance is what is left of the lots, and each lot explains what it lost.
  select 'L11 balance is the remainder of lots', w.user_id, jsonb_build_object('balance', w.balance, 'remaining', coalesce(sum(g.remaining), 0))
    from public.user_credits w left join genbff.grants g on g.wallet_id = w.user_id
   group by w.user_id having w.balance <> coalesce(sum(g.remaining), 0)
  union all
  select 'L11 a lot explains what it lost', g.wallet_id, jsonb_build_object('grant', g.id, 'remaining', g.remaining, 'expected', g.amount - g.lost)
    from (select g.*, coalesce(l.used, 0) - coalesce(t.taken, 0) as lost
            from genbff.grants g
            left join (select grant_id, sum(captured - refunded) as used from genbff.hold_lots group by 1) l on l.grant_id = g.id
            left join (select grant_id, sum(amount) as taken from genbff.transactions where amount < 0 and kind in ('expiry', 'adjustment') group by 1) t
              on t.grant_id = g.id) g
   where g.remaining <> g.amount - g.lost
  union all
  select 'L11 a lot holds what its holds say', g.wallet_id, jsonb_build_object('grant', g.id, 'held', g.held, 'holds', coalesce(sum(l.amount), 0))
    from genbff.grants g
    left join (genbff.hold_lots l join genbff.holds h on h.id = l.hold_id and h.state = 'open')
      on l.wallet_id = g.wallet_id and l.grant_id = g.id
   group by g.id having g.held <> coalesce(sum(l.amount), 0)
  union all
  select 'L11 a lot is within its amount', g.wallet_id, jsonb_build_object('grant', g.id, 'amount', g.amount, 'remaining', g.remaining, 'held', g.held)
    from genbff.grants g where g.remaining not between 0 and g.amount or g.held not between 0 and g.remaining
  union all
  -- L15, L16: what a generation was charged is what its hold paid; what has ended holds nothing.
  select 'L15 the charge is the capture', g.wallet_id, jsonb_build_object('generation', g.id, 'status', g.status, 'charged', g.charged, 'captured', h.captured)
    from genbff.generations g left join genbff.holds h on h.generation_id = g.id
   where (g.charged <> coalesce(h.captured, 0) and h.generation_id is not null) or (g.charged <> 0 and h.generation_id is null) or (g.status in ('failed', 'cancelled') and g.charged <> 0)
  union all
  select 'L15 the hold is the price', g.wallet_id, jsonb_build_object('generation', g.id, 'price', g.price_credits, 'hold', h.amount)
    from genbff.generations g left join genbff.holds h on h.generation_id = g.id
   where g.price_credits <> coalesce(h.amount, 0) and not (g.parent_id is not null and g.error_code = 'insufficient_credits')
  union all
  select 'L15 a generation has one hold', min(h.wallet_id), jsonb_build_object('generation', h.generation_id, 'holds', count(*))
    from genbff.holds h where h.generation_id is not null group by h.generation_id having count(*) > 1
  union all
  select 'L16 open hold and ended generation', h.wallet_id, jsonb_build_object('hold', h.id, 'state', h.state, 'generation', g.id, 'status', g.status)
    from genbff.holds h join genbff.generations g on g.id = h.generation_id
   where (h.state = 'open') <> (g.completed_at is null)
  union all
  select 'L16 open hold of nothing', h.wallet_id, jsonb_build_object('hold', h.id, 'generation', h.generation_id)
    from genbff.holds h
   where h.state = 'open' and case when h.generation_id is null then h.external_reference is null or h.expires_at is null
     else not exists (select 1 from genbff.generations g where g.id = h.generation_id) end
  union all
  select 'L19 hold and generation share the wallet', h.wallet_id, jsonb_build_object('hold', h.id, 'generation', g.id, 'wallet', g.wallet_id)
    from genbff.holds h join genbff.generations g on g.id = h.generation_id where h.wallet_id <> g.wallet_id
  union all
  -- L19: what refers to a hold or a lot refers to one of its own wallet.
  select 'L19 references stay in their wallet', r.wallet_id, jsonb_build_object('of', r.kind, 'grant', r.grant_id, 'hold', r.hold_id)
    from (select 'hold_lot' as kind, wallet_id, grant_id, hold_id from genbff.hold_lots
          union all select kind, wallet_id, grant_id, hold_id from genbff.transactions
          union all select 'payment', wallet_id, grant_id, null from genbff.payment_events) r
    left join genbff.grants g on g.id = r.grant_id and g.wallet_id = r.wallet_id
    left join genbff.holds h on h.id = r.hold_id and h.wallet_id = r.wallet_id
   where (r.grant_id is not null and g.id is null) or (r.hold_id is not null and h.id is null)
  union all
  -- Whose turn it is is counted right.
  select 'turns count who waits', t.user_id, jsonb_build_object('waiting', t.waiting, 'pending', count(g.id))
    from genbff.turns t left join genbff.generations g on g.user_id = t.user_id and g.status = 'pending'
   group by t.user_id having t.waiting <> count(g.id)
  union all
  -- L20: over all wallets, every credit is accounted for.
  select 'L20 all movements are all balances', null, jsonb_build_object('balances', b.total, 'entries', t.total)
    from (select coalesce(sum(balance), 0) as total from public.user_credits) b,
         (select coalesce(sum(amount), 0) as total from genbff.transactions) t
   where b.total <> t.total
  union all
  select 'L20 a movement goes the way of its kind', t.wallet_id, jsonb_build_object('entry', t.id, 'kind', t.kind, 'amount', t.amount)
    from genbff.transactions t
   where t.amount = 0 or (t.kind in ('grant', 'refund') and t.amount < 0) or (t.kind in ('capture', 'expiry') and t.amount > 0)
  union all
  -- S13: events follow the versions without a gap; the last says what is true.
  select 'S13 events follow versions', g.wallet_id, jsonb_build_object('generation', g.id, 'version', g.version, 'events', count(e.version), 'last', max(e.version))
    from genbff.generations g left join genbff.events e on e.generation_id = g.id
   where not g.events_swept
   group by g.id having g.version <> coalesce(max(e.version), 0) or count(e.version) <> g.version
  union all
  -- S14: a complete generation has stored outputs; what is not complete shows none.
  select 'S14 outputs are visible only when complete', g.wallet_id, jsonb_build_object('generation', g.id, 'status', g.status, 'stored', count(a.id) filter (where a.status = 'complete'))
    from genbff.generations g left join public.assets a on a.generation_id = g.id
   where g.output_kind <> 'json'
   group by g.id having (g.status = 'complete') <> (count(a.id) filter (where a.status = 'complete') > 0)
$$;

-- The same as one JSON array, for callers that speak functions only.
create function public.genbff_violations() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(v)), '[]') from public.genbff_verify() v
$$;

select genbff.close_doors();
