-- Wallets, lots, holds and entries: who may spend what, and the whole story of how it came to be.
--
-- Words: a grant is a lot of credits; a hold sets credits aside; capture, release, refund, expiry and
-- adjustment end what a hold or a grant began. Amounts are whole credits, 1 to 2^53 - 1, exact in JSON.
-- Lock order everywhere: wallet, then generation, then task, then holds, lots and entries.

create schema if not exists genbff;
revoke all on schema genbff from public;

-- The one clock: the database's, read after the locks are held (now() stands still while a lock is waited for).
-- A function of its own, so that a simulation can let its own time pass.
create function genbff.now() returns timestamptz
language sql volatile as $$ select pg_catalog.clock_timestamp() $$;

-- ─── Refusals ───────────────────────────────────────────────────────────────

-- SQLSTATE PTnnn carries the HTTP status, the message our code, the detail JSON: the one form that
-- PostgREST and the drivers all deliver whole.
create function genbff.refuse(p_status int, p_code text, p_detail jsonb default '{}') returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'PT' || p_status, message = p_code, detail = p_detail::text;
end $$;

-- Numeric on purpose: a fraction must be refused by us, not rounded or rejected by the cast.
create function genbff.whole_credits(p_amount numeric, p_least bigint default 1) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  if p_amount is null or p_amount = 'NaN' or p_amount < p_least or p_amount > 9007199254740991
     or p_amount <> trunc(p_amount) then
    perform genbff.refuse(422, 'invalid_amount');
  end if;
  return p_amount::bigint;
end $$;

-- Functions start open to everybody in Postgres. Every migration that adds one calls this last: the server's role may
-- execute genbff_* functions, nobody else anything. Roles of Supabase are named only where they exist.
create function genbff.close_doors() returns void
language plpgsql set search_path = '' as $$
declare
  v_function record;
  v_role text;
begin
  for v_function in
    select p.oid::regprocedure as name, n.nspname as schema from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'genbff' or (n.nspname = 'public' and p.proname like 'genbff\_%')
  loop
    execute format('revoke all on function %s from public', v_function.name);
    for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
      execute format('revoke all on function %s from %I', v_function.name, v_role);
    end loop;
    if v_function.schema = 'public' and exists (select 1 from pg_catalog.pg_roles where rolname = 'service_role') then
      execute format('grant execute on function %s to service_role', v_function.name);
    end if;
  end loop;
end $$;

-- ─── Tables ─────────────────────────────────────────────────────────────────

-- One row per wallet; the only lock target for its money. `balance` and `held` are caches that
-- genbff_verify() recomputes, with the promise "never below zero" as a constraint.
create table public.user_credits (
  user_id           text primary key check (length(user_id) between 1 and 255),
  balance           bigint not null default 0,
  held              bigint not null default 0,
  seq               bigint not null default 0 check (seq >= 0),
  subscription_tier text   not null default 'free',
  lifetime_granted  bigint not null default 0 check (lifetime_granted between 0 and 9007199254740991),
  lifetime_spent    bigint not null default 0 check (lifetime_spent between 0 and 9007199254740991),
  created_at        timestamptz not null default genbff.now(),
  updated_at        timestamptz not null default genbff.now(),
  constraint user_credits_balance_is_possible check (balance between 0 and 9007199254740991),
  constraint user_credits_held_is_covered check (held between 0 and balance)
) with (fillfactor = 70);
comment on table public.user_credits is 'Wallets. balance is everything in it, held included.';

create table genbff.grants (
  id           bigint generated always as identity primary key,
  wallet_id    text     not null references public.user_credits (user_id),
  source       text     not null,
  amount       bigint   not null check (amount between 1 and 9007199254740991),
  remaining    bigint   not null,
  held         bigint   not null default 0,
  priority     int      not null default 100,
  effective_at timestamptz not null,
  expires_at   timestamptz,
  created_at   timestamptz not null,
  unique (wallet_id, id),
  constraint grants_remaining_is_possible check (remaining between 0 and amount),
  constraint grants_held_is_covered check (held between 0 and remaining)
) with (fillfactor = 70);
create index grants_burn_order on genbff.grants (wallet_id, priority, expires_at, created_at, id) where remaining > 0;
create index grants_due on genbff.grants (expires_at) where remaining > 0 and expires_at is not null;

create table genbff.holds (
  id                 uuid primary key default gen_random_uuid(),
  wallet_id          text   not null references public.user_credits (user_id),
  idempotency_key    text   not null check (length(idempotency_key) between 1 and 255),
  amount             bigint not null check (amount between 1 and 9007199254740991),
  state              text   not null default 'open' check (state in ('open', 'captured', 'released', 'expired')),
  captured           bigint,
  generation_id      uuid unique,
  external_reference text,
  expires_at         timestamptz,
  created_at         timestamptz not null,
  settled_at         timestamptz,
  unique (wallet_id, id),
  unique (wallet_id, idempotency_key),
  constraint holds_belong_to_something check
    ((generation_id is not null and external_reference is null and expires_at is null)
     or (generation_id is null and external_reference is not null and expires_at is not null)),
  constraint holds_settle_once check
    ((state = 'open') = (settled_at is null) and (state = 'captured') = (captured is not null)),
  constraint holds_capture_within check (captured between 0 and amount)
) with (fillfactor = 70);
create index holds_open on genbff.holds (wallet_id) where state = 'open';
create index holds_by_time on genbff.holds (wallet_id, created_at, id);
create index holds_by_settlement on genbff.holds (wallet_id, settled_at, id) where settled_at is not null;
create index holds_due on genbff.holds (expires_at) where state = 'open' and expires_at is not null;

-- Which lots a hold was taken from, in burn order. Capture consumes in this order; release gives back to the same lots.
create table genbff.hold_lots (
  hold_id   uuid   not null,
  wallet_id text   not null,
  grant_id  bigint not null,
  position  int    not null,
  amount    bigint not null check (amount > 0),
  captured  bigint not null default 0,
  refunded  bigint not null default 0,
  primary key (hold_id, grant_id),
  unique (hold_id, position),
  foreign key (wallet_id, hold_id) references genbff.holds (wallet_id, id),
  foreign key (wallet_id, grant_id) references genbff.grants (wallet_id, id),
  constraint hold_lots_capture_within check (captured between 0 and amount and refunded between 0 and captured)
);
create index hold_lots_by_grant on genbff.hold_lots (wallet_id, grant_id);

-- The entries. Append-only: a mistake is corrected by a new entry that names the old one.
create table genbff.transactions (
  id              bigint generated always as identity primary key,
  wallet_id       text   not null references public.user_credits (user_id),
  seq             bigint not null check (seq >= 1),
  kind            text   not null check (kind in ('grant', 'capture', 'refund', 'expiry', 'adjustment')),
  amount          bigint not null,
  balance_after   bigint not null check (balance_after between 0 and 9007199254740991),
  idempotency_key text   not null check (length(idempotency_key) between 1 and 255),
  request         jsonb  not null,
  grant_id        bigint,
  hold_id         uuid,
  actor           text,
  reason          text,
  created_at      timestamptz not null,
  unique (wallet_id, seq),
  unique (wallet_id, kind, idempotency_key),
  foreign key (wallet_id, grant_id) references genbff.grants (wallet_id, id),
  foreign key (wallet_id, hold_id) references genbff.holds (wallet_id, id),
  constraint transactions_direction check
    (case kind when 'grant' then amount > 0 when 'refund' then amount > 0
               when 'capture' then amount < 0 when 'expiry' then amount < 0 else amount <> 0 end)
);
create unique index transactions_capture_once on genbff.transactions (hold_id) where kind = 'capture';
create index transactions_by_time on genbff.transactions (wallet_id, created_at, id);

create function genbff.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger transactions_append_only before update or delete on genbff.transactions
  for each row execute function genbff.refuse_change();
create trigger transactions_never_truncated before truncate on genbff.transactions
  for each statement execute function genbff.refuse_change();

-- ─── Movements ──────────────────────────────────────────────────────────────

-- The first statement of every writing function: the row exists, then it is locked. Locking a row that may not
-- exist, or "the latest entry", locks nothing.
create function genbff.lock_wallet(p_wallet_id text) returns public.user_credits
language plpgsql set search_path = '' as $$
declare
  v_wallet public.user_credits;
begin
  insert into public.user_credits (user_id) values (p_wallet_id) on conflict do nothing;
  select * into v_wallet from public.user_credits where user_id = p_wallet_id for update;
  return v_wallet;
end $$;

-- What expired lots still hold for nobody: counted as gone from their last moment, whether or not a sweep has run.
create function genbff.expired_credits(p_wallet_id text, p_now timestamptz) returns bigint
language sql stable set search_path = '' as $$
  select coalesce(sum(remaining - held), 0)::bigint from genbff.grants
  where wallet_id = p_wallet_id and remaining > 0 and expires_at <= p_now
$$;

-- The only writer of entries, and with settle_hold the only writer of balances. The wallet is locked by the caller.
create function genbff.post_entry(
  p_wallet_id text, p_kind text, p_amount bigint, p_key text, p_request jsonb,
  p_grant_id bigint, p_hold_id uuid, p_actor text, p_reason text, p_now timestamptz
) returns genbff.transactions
language plpgsql set search_path = '' as $$
declare
  v_wallet public.user_credits;
  v_entry genbff.transactions;
begin
  update public.user_credits
     set balance = balance + p_amount,
         seq = seq + 1,
         lifetime_granted = lifetime_granted + case when p_kind = 'grant' then p_amount else 0 end,
         lifetime_spent = lifetime_spent + case when p_kind in ('capture', 'refund') then -p_amount else 0 end,
         updated_at = p_now
   where user_id = p_wallet_id
  returning * into v_wallet;
  insert into genbff.transactions
    (wallet_id, seq, kind, amount, balance_after, idempotency_key, request, grant_id, hold_id, actor, reason, created_at)
  values
    (p_wallet_id, v_wallet.seq, p_kind, p_amount, v_wallet.balance, p_key, p_request, p_grant_id, p_hold_id, p_actor, p_reason, p_now)
  returning * into v_entry;
  return v_entry;
end $$;

-- Takes what is left of an expired lot and held by nobody. `p_cause` keeps the key of each time apart:
-- the sweep is one time, each hold that comes back later another.
create function genbff.expire_lot(p_grant genbff.grants, p_cause text, p_now timestamptz) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_free bigint := p_grant.remaining - p_grant.held;
begin
  if v_free = 0 or p_grant.expires_at is null or p_grant.expires_at > p_now then
    return 0;
  end if;
  update genbff.grants set remaining = remaining - v_free where id = p_grant.id;
  perform genbff.post_entry(p_grant.wallet_id, 'expiry', -v_free, p_grant.id || ':' || p_cause, '{}',
    p_grant.id, null, null, null, p_now);
  return v_free;
end $$;

-- The lots that can be spent, in the order in which they burn. Total and stable: two readers never disagree.
create function genbff.free_lots(p_wallet_id text, p_now timestamptz) returns setof genbff.grants
language sql set search_path = '' as $$
  select * from genbff.grants
   where wallet_id = p_wallet_id and remaining > 0 and remaining > held and (expires_at is null or expires_at > p_now)
   order by priority, expires_at nulls last, created_at, id
     for update
$$;

create function genbff.place_hold(
  p_wallet_id text, p_amount bigint, p_key text, p_generation_id uuid, p_external_reference text, p_expires_in interval
) returns genbff.holds
language plpgsql set search_path = '' as $$
declare
  v_wallet public.user_credits := genbff.lock_wallet(p_wallet_id);
  v_now timestamptz := genbff.now();
  v_available bigint;
  v_hold genbff.holds;
  v_lot genbff.grants;
  v_left bigint := p_amount;
  v_take bigint;
  v_position int := 0;
begin
  select * into v_hold from genbff.holds where wallet_id = p_wallet_id and idempotency_key = p_key;
  if found then
    if v_hold.amount <> p_amount or v_hold.generation_id is distinct from p_generation_id
       or v_hold.external_reference is distinct from p_external_reference then
      perform genbff.refuse(422, 'idempotency_key_reused');
    end if;
    return v_hold;
  end if;

  v_available := v_wallet.balance - v_wallet.held - genbff.expired_credits(p_wallet_id, v_now);
  if v_available < p_amount then
    perform genbff.refuse(402, 'insufficient_credits',
      jsonb_build_object('required', p_amount, 'available', v_available));
  end if;

  insert into genbff.holds (wallet_id, idempotency_key, amount, generation_id, external_reference, expires_at, created_at)
  values (p_wallet_id, p_key, p_amount, p_generation_id, p_external_reference, v_now + p_expires_in, v_now)
  returning * into v_hold;

  for v_lot in select * from genbff.free_lots(p_wallet_id, v_now) loop
    v_take := least(v_left, v_lot.remaining - v_lot.held);
    update genbff.grants set held = held + v_take where id = v_lot.id;
    insert into genbff.hold_lots (hold_id, wallet_id, grant_id, position, amount)
    values (v_hold.id, p_wallet_id, v_lot.id, v_position, v_take);
    v_position := v_position + 1;
    v_left := v_left - v_take;
    exit when v_left = 0;
  end loop;
  if v_left <> 0 then
    raise exception 'wallet % shows % available, its lots hold % less', p_wallet_id, v_available, v_left;
  end if;

  update public.user_credits set held = held + p_amount, updated_at = v_now where user_id = p_wallet_id;
  return v_hold;
end $$;

-- Resolves a hold once: `p_capture` credits are paid, the rest comes back to the lots it was taken from.
-- A second, equal settlement returns the first; another one is refused with what is true.
create function genbff.settle_hold(p_hold_id uuid, p_outcome text, p_capture bigint) returns genbff.holds
language plpgsql set search_path = '' as $$
declare
  v_wallet_id text;
  v_hold genbff.holds;
  v_now timestamptz;
  v_part genbff.hold_lots;
  v_grant genbff.grants;
  v_left bigint := p_capture;
  v_take bigint;
begin
  select wallet_id into v_wallet_id from genbff.holds where id = p_hold_id;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  perform genbff.lock_wallet(v_wallet_id);
  v_now := genbff.now();
  select * into v_hold from genbff.holds where id = p_hold_id for update;

  if v_hold.state <> 'open' then
    if v_hold.state <> p_outcome or v_hold.captured is distinct from (case when p_outcome = 'captured' then p_capture end) then
      perform genbff.refuse(409, 'hold_already_settled',
        jsonb_build_object('state', v_hold.state, 'captured', coalesce(v_hold.captured, 0)));
    end if;
    return v_hold;
  end if;
  if p_capture > v_hold.amount then
    perform genbff.refuse(422, 'capture_exceeds_hold', jsonb_build_object('held', v_hold.amount));
  end if;

  update genbff.holds
     set state = p_outcome, captured = case when p_outcome = 'captured' then p_capture end, settled_at = v_now
   where id = p_hold_id
  returning * into v_hold;
  update public.user_credits set held = held - v_hold.amount, updated_at = v_now where user_id = v_wallet_id;
  for v_part in select * from genbff.hold_lots where hold_id = p_hold_id order by position loop
    v_take := least(v_left, v_part.amount);
    v_left := v_left - v_take;
    update genbff.grants set remaining = remaining - v_take, held = held - v_part.amount where id = v_part.grant_id;
    update genbff.hold_lots set captured = v_take where hold_id = p_hold_id and grant_id = v_part.grant_id;
  end loop;
  if p_capture > 0 then
    perform genbff.post_entry(v_wallet_id, 'capture', -p_capture, p_hold_id::text, '{}', null, p_hold_id, null, null, v_now);
  end if;

  -- What came back to a lot that has expired meanwhile expires at once.
  for v_grant in
    select g.* from genbff.hold_lots l join genbff.grants g on g.id = l.grant_id
     where l.hold_id = p_hold_id and g.expires_at <= v_now order by l.position
  loop
    perform genbff.expire_lot(v_grant, 'hold:' || p_hold_id, v_now);
  end loop;
  return v_hold;
end $$;

-- ─── Functions for the server ───────────────────────────────────────────────

create function public.genbff_grant(
  p_wallet_id text, p_amount numeric, p_idempotency_key text, p_source text default 'operator',
  p_priority int default 100, p_expires_in_ms bigint default null, p_reason text default null, p_actor text default null
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_request jsonb := jsonb_build_object('amount', v_amount, 'source', p_source, 'priority', p_priority, 'expires_in_ms', p_expires_in_ms);
  v_wallet public.user_credits := genbff.lock_wallet(p_wallet_id);
  v_now timestamptz := genbff.now();
  v_entry genbff.transactions;
  v_grant_id bigint;
begin
  select * into v_entry from genbff.transactions
   where wallet_id = p_wallet_id and kind = 'grant' and idempotency_key = p_idempotency_key;
  if found then
    if v_entry.request <> v_request then
      perform genbff.refuse(422, 'idempotency_key_reused');
    end if;
  else
    if v_wallet.balance > 9007199254740991 - v_amount or v_wallet.lifetime_granted > 9007199254740991 - v_amount then
      perform genbff.refuse(422, 'invalid_amount');
    end if;
    insert into genbff.grants (wallet_id, source, amount, remaining, priority, effective_at, expires_at, created_at)
    values (p_wallet_id, p_source, v_amount, v_amount, coalesce(p_priority, 100), v_now,
            v_now + p_expires_in_ms * interval '1 millisecond', v_now)
    returning id into v_grant_id;
    v_entry := genbff.post_entry(p_wallet_id, 'grant', v_amount, p_idempotency_key, v_request, v_grant_id, null,
      p_actor, coalesce(p_reason, p_source), v_now);
  end if;
  return jsonb_build_object('transaction_id', v_entry.id, 'grant_id', v_entry.grant_id, 'amount', v_entry.amount,
    'balance_after', v_entry.balance_after);
end $$;

-- Credits that come again: each day or month, by tier. The period's lot ends with the period.
create table genbff.allowances (
  tier     text   not null,
  period   text   not null check (period in ('day', 'month')),
  credits  bigint not null check (credits between 0 and 9007199254740991),
  priority int    not null default 50,
  primary key (tier, period)
);

create function public.genbff_set_allowance(p_tier text, p_period text, p_credits numeric, p_priority int default 50) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_allowance genbff.allowances;
begin
  insert into genbff.allowances (tier, period, credits, priority)
  values (p_tier, p_period, genbff.whole_credits(p_credits, 0), p_priority)
  on conflict (tier, period) do update set credits = excluded.credits, priority = excluded.priority
  returning * into v_allowance;
  return to_jsonb(v_allowance);
end $$;

create function public.genbff_set_tier(p_wallet_id text, p_tier text) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
begin
  perform genbff.lock_wallet(p_wallet_id);
  update public.user_credits set subscription_tier = p_tier, updated_at = genbff.now() where user_id = p_wallet_id;
  return jsonb_build_object('subscription_tier', p_tier);
end $$;

-- A visit: the wallet exists, the welcome credits are granted exactly once, even when the configured amount changes
-- later or fifty first requests arrive together, and so are the allowances of this day and month.
create function public.genbff_welcome(p_wallet_id text, p_amount numeric) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_wallet public.user_credits := genbff.lock_wallet(p_wallet_id);
  v_allowance genbff.allowances;
  v_now timestamptz := genbff.now();
  v_from timestamptz;
  v_key text;
  v_granted boolean := false;
begin
  if p_amount <> 0 and not genbff.has_grant(p_wallet_id, 'sign_up') then
    perform public.genbff_grant(p_wallet_id, p_amount, 'sign_up', 'sign_up');
    v_granted := true;
  end if;
  for v_allowance in select * from genbff.allowances where tier = v_wallet.subscription_tier and credits > 0 loop
    v_from := date_trunc(v_allowance.period, v_now, 'UTC');
    v_key := 'allowance:' || v_allowance.period || ':' || to_char(v_from at time zone 'UTC', 'YYYY-MM-DD');
    continue when genbff.has_grant(p_wallet_id, v_key);
    perform public.genbff_grant(p_wallet_id, v_allowance.credits, v_key, v_allowance.period || '_allowance', v_allowance.priority,
      ceil(extract(epoch from v_from + ('1 ' || v_allowance.period)::interval - v_now) * 1000)::bigint);
    v_granted := true;
  end loop;
  return jsonb_build_object('granted', v_granted);
end $$;

create function genbff.has_grant(p_wallet_id text, p_key text) returns boolean
language sql stable set search_path = '' as $$
  select exists (select 1 from genbff.transactions where wallet_id = p_wallet_id and kind = 'grant' and idempotency_key = p_key)
$$;

-- A payment provider's event: it is written down and its credits are granted in one transaction. A purchase grants
-- once, whatever number of events name it; an event that comes again finds what it did.
create table genbff.payment_events (
  provider    text not null check (length(provider) between 1 and 64),
  event_id    text not null check (length(event_id) between 1 and 255),
  wallet_id   text not null references public.user_credits (user_id),
  purchase_id text not null check (length(purchase_id) between 1 and 200),
  grant_id    bigint not null,
  created_at  timestamptz not null,
  primary key (provider, event_id),
  foreign key (wallet_id, grant_id) references genbff.grants (wallet_id, id)
);
-- One purchase, one wallet: the same purchase can never pay into two.
create table genbff.purchases (
  provider    text not null,
  purchase_id text not null,
  wallet_id   text not null,
  primary key (provider, purchase_id)
);

create function public.genbff_payment_event(
  p_provider text, p_event_id text, p_purchase_id text, p_wallet_id text, p_amount numeric, p_expires_in_ms bigint default null
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_known genbff.payment_events;
  v_owner text;
  v_grant jsonb;
begin
  perform genbff.lock_wallet(p_wallet_id);
  insert into genbff.purchases (provider, purchase_id, wallet_id) values (p_provider, p_purchase_id, p_wallet_id)
  on conflict do nothing;
  select wallet_id into v_owner from genbff.purchases where provider = p_provider and purchase_id = p_purchase_id;
  if v_owner <> p_wallet_id then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  v_grant := public.genbff_grant(p_wallet_id, v_amount, 'purchase:' || p_provider || ':' || p_purchase_id, 'purchase', 200, p_expires_in_ms);
  insert into genbff.payment_events (provider, event_id, wallet_id, purchase_id, grant_id, created_at)
  values (p_provider, p_event_id, p_wallet_id, p_purchase_id, (v_grant ->> 'grant_id')::bigint, genbff.now())
  on conflict do nothing;
  select * into v_known from genbff.payment_events where provider = p_provider and event_id = p_event_id;
  if v_known.purchase_id <> p_purchase_id or v_known.wallet_id <> p_wallet_id then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  return v_grant;
end $$;

-- Gives back what a settled hold has paid, in whole or in part: to the lots it came from, the last consumed first.
create function public.genbff_refund(
  p_hold_id uuid, p_amount numeric, p_idempotency_key text, p_reason text, p_actor text
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_request jsonb := jsonb_build_object('hold_id', p_hold_id, 'amount', v_amount);
  v_wallet_id text;
  v_hold genbff.holds;
  v_entry genbff.transactions;
  v_now timestamptz;
  v_refundable bigint;
  v_part genbff.hold_lots;
  v_grant genbff.grants;
  v_left bigint := v_amount;
  v_back bigint;
begin
  select wallet_id into v_wallet_id from genbff.holds where id = p_hold_id;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  perform genbff.lock_wallet(v_wallet_id);
  v_now := genbff.now();
  select * into v_entry from genbff.transactions
   where wallet_id = v_wallet_id and kind = 'refund' and idempotency_key = p_idempotency_key;
  if found then
    if v_entry.request <> v_request then
      perform genbff.refuse(422, 'idempotency_key_reused');
    end if;
    return to_jsonb(v_entry);
  end if;
  select * into v_hold from genbff.holds where id = p_hold_id for update;
  select coalesce(sum(captured - refunded), 0) into v_refundable from genbff.hold_lots where hold_id = p_hold_id;
  if v_hold.state <> 'captured' or v_amount > v_refundable then
    perform genbff.refuse(422, 'refund_exceeds_capture', jsonb_build_object('refundable', case when v_hold.state = 'captured' then v_refundable else 0 end));
  end if;

  v_entry := genbff.post_entry(v_wallet_id, 'refund', v_amount, p_idempotency_key, v_request, null, p_hold_id, p_actor, p_reason, v_now);
  for v_part in select * from genbff.hold_lots where hold_id = p_hold_id and captured > refunded order by position desc loop
    v_back := least(v_left, v_part.captured - v_part.refunded);
    v_left := v_left - v_back;
    update genbff.hold_lots set refunded = refunded + v_back where hold_id = p_hold_id and grant_id = v_part.grant_id;
    update genbff.grants set remaining = remaining + v_back where id = v_part.grant_id returning * into v_grant;
    perform genbff.expire_lot(v_grant, 'refund:' || v_entry.id, v_now);
    exit when v_left = 0;
  end loop;
  return to_jsonb(v_entry);
end $$;

-- An operator's correction, up or down, with its reason and who made it. Down consumes lots like any other debit and
-- never goes below what is available.
create function public.genbff_adjust(
  p_wallet_id text, p_amount numeric, p_idempotency_key text, p_reason text, p_actor text
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_amount bigint := genbff.whole_credits(abs(p_amount)) * sign(p_amount)::bigint;
  v_request jsonb := jsonb_build_object('amount', v_amount);
  v_wallet public.user_credits := genbff.lock_wallet(p_wallet_id);
  v_now timestamptz := genbff.now();
  v_first genbff.transactions;
  v_entry genbff.transactions;
  v_lot genbff.grants;
  v_available bigint;
  v_left bigint;
  v_take bigint;
  v_parts int := 0;
begin
  if coalesce(btrim(p_reason), '') = '' or coalesce(btrim(p_actor), '') = '' then
    perform genbff.refuse(400, 'validation_failed', '{"reason": "a correction names its reason and its actor"}');
  end if;
  select * into v_first from genbff.transactions
   where wallet_id = p_wallet_id and kind = 'adjustment' and idempotency_key = p_idempotency_key;
  if found then
    if v_first.request <> v_request then
      perform genbff.refuse(422, 'idempotency_key_reused');
    end if;
    return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount);
  end if;

  if v_amount > 0 then
    if v_wallet.balance > 9007199254740991 - v_amount then
      perform genbff.refuse(422, 'invalid_amount');
    end if;
    insert into genbff.grants (wallet_id, source, amount, remaining, priority, effective_at, created_at)
    values (p_wallet_id, 'adjustment', v_amount, v_amount, 100, v_now, v_now) returning * into v_lot;
    v_first := genbff.post_entry(p_wallet_id, 'adjustment', v_amount, p_idempotency_key, v_request, v_lot.id, null, p_actor, p_reason, v_now);
    return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount);
  end if;

  v_available := v_wallet.balance - v_wallet.held - genbff.expired_credits(p_wallet_id, v_now);
  if v_available < -v_amount then
    perform genbff.refuse(402, 'insufficient_credits', jsonb_build_object('required', -v_amount, 'available', v_available));
  end if;
  v_left := -v_amount;
  for v_lot in select * from genbff.free_lots(p_wallet_id, v_now) loop
    v_take := least(v_left, v_lot.remaining - v_lot.held);
    v_left := v_left - v_take;
    update genbff.grants set remaining = remaining - v_take where id = v_lot.id;
    -- One entry a lot, so that each lot explains what it lost; the first one carries the key.
    v_entry := genbff.post_entry(p_wallet_id, 'adjustment', -v_take,
      case when v_parts = 0 then p_idempotency_key else p_idempotency_key || ':' || v_parts end,
      v_request, v_lot.id, null, p_actor, p_reason, v_now);
    if v_parts = 0 then
      v_first := v_entry;
    end if;
    v_parts := v_parts + 1;
    exit when v_left = 0;
  end loop;
  return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount);
end $$;

-- Takes what has ended: lots past their time, and external holds past theirs. Any number of processes may run it,
-- in batches; what it does not reach is counted as gone all the same.
create function public.genbff_expire_due(p_count int default 100) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_id uuid;
  v_due record;
  v_grant genbff.grants;
  v_holds int := 0;
  v_lots int := 0;
begin
  for v_id in select id from genbff.holds where state = 'open' and expires_at <= genbff.now() order by wallet_id, id limit p_count loop
    -- Its owner may have settled it while we waited for the wallet: then that counts.
    begin
      perform genbff.settle_hold(v_id, 'expired', 0);
      v_holds := v_holds + 1;
    exception when sqlstate 'PT409' then
      null;
    end;
  end loop;
  for v_due in
    select id, wallet_id from genbff.grants where expires_at <= genbff.now() and remaining > held order by wallet_id, id limit p_count
  loop
    perform genbff.lock_wallet(v_due.wallet_id);
    select * into v_grant from genbff.grants where id = v_due.id for update;
    if genbff.expire_lot(v_grant, 'due', genbff.now()) > 0 then
      v_lots := v_lots + 1;
    end if;
  end loop;
  return jsonb_build_object('holds', v_holds, 'lots', v_lots);
end $$;

-- What a wallet held and could spend at a moment in the past, from the entries and holds alone.
create function public.genbff_balance_at(p_wallet_id text, p_at timestamptz) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('posted', posted, 'held', held) from (
    select
      coalesce((select t.balance_after from genbff.transactions t
                 where t.wallet_id = p_wallet_id and t.created_at <= p_at order by t.seq desc limit 1), 0) as posted,
      coalesce((select sum(h.amount) from genbff.holds h
                 where h.wallet_id = p_wallet_id and h.created_at <= p_at and (h.settled_at is null or h.settled_at > p_at)), 0) as held
  ) then_true
$$;

-- For work outside the state machine. A generation's hold is made by genbff_start alone.
create function public.genbff_hold(
  p_wallet_id text, p_amount numeric, p_idempotency_key text, p_external_reference text, p_expires_in_ms bigint
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_hold genbff.holds;
begin
  if coalesce(p_external_reference, '') = '' or coalesce(p_expires_in_ms, 0) <= 0 then
    perform genbff.refuse(400, 'validation_failed', '{"reason": "a hold needs a reference and a time-out"}');
  end if;
  v_hold := genbff.place_hold(p_wallet_id, genbff.whole_credits(p_amount), p_idempotency_key, null,
    p_external_reference, p_expires_in_ms * interval '1 millisecond');
  return to_jsonb(v_hold);
end $$;

create function genbff.external_hold(p_hold_id uuid) returns genbff.holds
language plpgsql set search_path = '' as $$
declare
  v_hold genbff.holds;
begin
  select * into v_hold from genbff.holds where id = p_hold_id;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  -- A generation's hold lives as long as the generation: only its own end settles it.
  if v_hold.generation_id is not null then
    perform genbff.refuse(403, 'forbidden', '{"reason": "this hold belongs to a generation"}');
  end if;
  return v_hold;
end $$;

-- "All of it" is its own choice, `p_full`; a missing amount never means everything.
create function public.genbff_capture(p_hold_id uuid, p_amount numeric default null, p_full boolean default false) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_hold genbff.holds := genbff.external_hold(p_hold_id);
begin
  return to_jsonb(genbff.settle_hold(p_hold_id, 'captured',
    case when p_full then v_hold.amount else genbff.whole_credits(p_amount, 0) end));
end $$;

create function public.genbff_release(p_hold_id uuid) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
begin
  perform genbff.external_hold(p_hold_id);
  return to_jsonb(genbff.settle_hold(p_hold_id, 'released', 0));
end $$;

-- One statement, one snapshot: the three figures always agree.
create function public.genbff_balance(p_wallet_id text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select jsonb_build_object(
        'available', w.balance - w.held - genbff.expired_credits(w.user_id, genbff.now()),
        'held', w.held, 'posted', w.balance, 'lifetime_granted', w.lifetime_granted,
        'lifetime_spent', w.lifetime_spent, 'subscription_tier', w.subscription_tier)
       from public.user_credits w where w.user_id = p_wallet_id),
    '{"available": 0, "held": 0, "posted": 0, "lifetime_granted": 0, "lifetime_spent": 0, "subscription_tier": "free"}')
$$;

-- ─── Prices ─────────────────────────────────────────────────────────────────

-- Append-only: a new price is a new version. `multipliers` are percent by parameter and value,
-- e.g. {"quality": {"high": 300}}.
create table genbff.operation_costs (
  key          text   not null check (length(key) between 1 and 128),
  version      int    not null check (version >= 1),
  credits      bigint not null check (credits between 0 and 9007199254740991),
  per          text   not null check (per in ('call', 'output')),
  multipliers  jsonb  not null default '{}',
  effective_at timestamptz not null,
  created_at   timestamptz not null default genbff.now(),
  primary key (key, version)
);
create trigger operation_costs_append_only before update or delete on genbff.operation_costs
  for each row execute function genbff.refuse_change();
create trigger operation_costs_never_truncated before truncate on genbff.operation_costs
  for each statement execute function genbff.refuse_change();

create function genbff.current_cost(p_key text, p_now timestamptz) returns genbff.operation_costs
language sql stable set search_path = '' as $$
  select * from genbff.operation_costs where key = p_key and effective_at <= p_now
  order by effective_at desc, version desc limit 1
$$;

-- Sets a price; setting what is already true changes nothing, so that migrations can repeat it.
create function public.genbff_set_operation_cost(
  p_key text, p_credits numeric, p_per text default 'call', p_multipliers jsonb default '{}', p_effective_at timestamptz default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_credits bigint := genbff.whole_credits(p_credits, 0);
  v_at timestamptz := coalesce(p_effective_at, genbff.now());
  v_current genbff.operation_costs;
begin
  perform pg_advisory_xact_lock(hashtextextended('genbff.operation_costs', 0));
  v_current := genbff.current_cost(p_key, v_at);
  if v_current.key is null or v_current.credits <> v_credits or v_current.per <> p_per or v_current.multipliers <> p_multipliers then
    insert into genbff.operation_costs (key, version, credits, per, multipliers, effective_at)
    select p_key, coalesce(max(version), 0) + 1, v_credits, p_per, p_multipliers, v_at
      from genbff.operation_costs where key = p_key
    returning * into v_current;
  end if;
  return to_jsonb(v_current);
end $$;

create function public.genbff_operation_costs(p_keys jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_object_agg(c.key, jsonb_build_object(
      'key', c.key, 'version', c.version, 'credits', c.credits, 'per', c.per, 'multipliers', c.multipliers)), '{}')
    from jsonb_array_elements_text(p_keys) k, lateral genbff.current_cost(k, genbff.now()) c
   where c.key is not null
$$;

create view public.operation_costs with (security_invoker = true) as
  select distinct on (key) key, credits, per, multipliers, version
    from genbff.operation_costs where effective_at <= genbff.now() order by key, effective_at desc, version desc;
create view public.credit_transactions with (security_invoker = true) as
  select id, wallet_id as user_id, seq, kind, amount, balance_after, reason, created_at from genbff.transactions;

alter table public.user_credits enable row level security;
alter table genbff.grants enable row level security;
alter table genbff.holds enable row level security;
alter table genbff.hold_lots enable row level security;
alter table genbff.transactions enable row level security;
alter table genbff.operation_costs enable row level security;
alter table genbff.allowances enable row level security;
alter table genbff.payment_events enable row level security;
alter table genbff.purchases enable row level security;

select genbff.close_doors();
