-- Wallets, lots, holds and entries: who may spend what, and the whole story of how it came to be.
--
-- Words: a grant is a lot of credits; a hold sets credits aside; capture, release, refund, expiry and
-- adjustment end what a hold or a grant began. Amounts are whole credits, 1 to 2^53 - 1, exact in JSON.
-- Lock order everywhere: wallet, then generation, then task, then holds, lots and entries.

create schema if not exists genbff;
revoke all on schema genbff from public;

-- The one clock: the database's, read after the locks are held (now() stands still while a lock is waited for).
-- A function of its own, so that a simulation can let its own time pass. Like every function here that only a function
-- with an empty search path calls, it sets none of its own: setting one takes longer than the work.
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
language plpgsql immutable as $$
begin
  if p_amount is null or p_amount = 'NaN' or p_amount < p_least or p_amount > 9007199254740991
     or p_amount <> trunc(p_amount) then
    perform genbff.refuse(422, 'invalid_amount');
  end if;
  return p_amount::bigint;
end $$;

-- Functions start open to everybody in Postgres, and without an end. Every migration that adds one calls this last: the
-- server's role may execute genbff_* functions, nobody else anything, and each of them waits for a lock for 5 s and lasts
-- 30 s, unless it says otherwise itself. A statement's clock starts before its function sets anything: PostgREST reads the
-- limit from here and sets it first, a direct connection brings its own (`statementTimeoutMs`, or one of its role).
-- Roles of Supabase are named only where they exist.
create function genbff.close_doors() returns void
language plpgsql set search_path = '' as $$
declare
  v_function record;
  v_role text;
  v_limit text[];
begin
  for v_function in
    select p.oid::regprocedure as name, n.nspname as schema, coalesce(p.proconfig, '{}') as settings from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'genbff' or (n.nspname = 'public' and p.proname like 'genbff\_%')
  loop
    execute format('revoke all on function %s from public', v_function.name);
    foreach v_limit slice 1 in array array[['lock_timeout', '5s'], ['statement_timeout', '30s']] loop
      if v_function.schema = 'public' and not exists (
        select from unnest(v_function.settings) s where starts_with(s, v_limit[1] || '=')) then
        execute format('alter function %s set %s = %L', v_function.name, v_limit[1], v_limit[2]);
      end if;
    end loop;
    for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
      execute format('revoke all on function %s from %I', v_function.name, v_role);
    end loop;
    if v_function.schema = 'public' and exists (select 1 from pg_catalog.pg_roles where rolname = 'service_role') then
      execute format('grant execute on function %s to service_role', v_function.name);
    end if;
  end loop;
end $$;

-- Ids that grow with time, as version 7 of RFC 9562: new rows meet on the same pages of an index, however many old ones
-- there are. Postgres has its own from version 18 on.
create function genbff.new_id() returns uuid
language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
    substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- ─── Tables ─────────────────────────────────────────────────────────────────

-- Rules of one column are domains, rules between columns are checks: Postgres reads the checks of a table anew for every
-- statement that writes to it, the rules of a domain once a session. The wallets keep to checks and plain types, because
-- other programs read that table.
create domain genbff.credits as bigint check (value between 0 and 9007199254740991);
create domain genbff.some_credits as bigint check (value between 1 and 9007199254740991);
create domain genbff.short_text as text check (length(value) between 1 and 255);
create domain genbff.hold_state as text check (value in ('open', 'captured', 'released', 'expired'));
create domain genbff.entry_kind as text check (value in ('grant', 'capture', 'refund', 'expiry', 'adjustment'));

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
  constraint user_credits_balance_is_possible check (balance <= 9007199254740991),
  constraint user_credits_held_is_covered check (held between 0 and balance)
) with (fillfactor = 70);
comment on table public.user_credits is 'Wallets. balance is everything in it, held included.';

create table genbff.grants (
  id           bigint generated always as identity primary key,
  wallet_id    text     not null references public.user_credits (user_id),
  source       text     not null,
  amount       genbff.some_credits not null,
  remaining    genbff.credits not null,
  held         genbff.credits not null default 0,
  priority     int      not null default 100,
  effective_at timestamptz not null,
  expires_at   timestamptz,
  created_at   timestamptz not null,
  -- The indexes ask for this and not for what remains, so that they need no change while it shrinks.
  used_up      boolean not null generated always as (remaining = 0) stored,
  unique (wallet_id, id),
  constraint grants_remaining_is_possible check (remaining <= amount),
  constraint grants_held_is_covered check (held <= remaining)
) with (fillfactor = 70);
create index grants_burn_order on genbff.grants (wallet_id, priority, expires_at, created_at, id) where not used_up;
create index grants_due on genbff.grants (expires_at) where not used_up and expires_at is not null;

create table genbff.holds (
  id                 uuid primary key default genbff.new_id(),
  wallet_id          text   not null references public.user_credits (user_id),
  idempotency_key    genbff.short_text not null,
  amount             genbff.some_credits not null,
  state              genbff.hold_state not null default 'open',
  captured           genbff.credits,
  generation_id      uuid,
  external_reference text,
  expires_at         timestamptz,
  created_at         timestamptz not null,
  settled_at         timestamptz,
  unique (id, wallet_id),
  unique (wallet_id, idempotency_key),
  constraint holds_belong_to_something check
    ((generation_id is null) = (external_reference is not null) and (external_reference is null) = (expires_at is null)),
  constraint holds_settle_once check
    ((state = 'open') = (settled_at is null) and (state = 'captured') = (captured is not null)),
  constraint holds_capture_within check (captured <= amount)
) with (fillfactor = 70);
create unique index holds_generation_once on genbff.holds (generation_id) where generation_id is not null;
create index holds_by_time on genbff.holds (wallet_id, created_at, id);
create index holds_by_settlement on genbff.holds (wallet_id, settled_at, id)
  where settled_at is not null and amount > coalesce(captured, 0);
create index holds_due on genbff.holds (expires_at) where state = 'open' and expires_at is not null;

-- Which lots a hold was taken from, in burn order. Capture consumes in this order; release gives back to the same lots.
create table genbff.hold_lots (
  hold_id   uuid   not null,
  wallet_id text   not null,
  grant_id  bigint not null,
  position  int    not null,
  amount    genbff.some_credits not null,
  captured  genbff.credits not null default 0,
  refunded  genbff.credits not null default 0,
  primary key (hold_id, position),
  foreign key (hold_id, wallet_id) references genbff.holds (id, wallet_id),
  foreign key (wallet_id, grant_id) references genbff.grants (wallet_id, id),
  constraint hold_lots_capture_within check (captured <= amount and refunded <= captured)
) with (fillfactor = 70);

-- The entries. Append-only: a mistake is corrected by a new entry that names the old one. Each is about a lot or about a
-- hold, and by that about a wallet that exists.
create table genbff.transactions (
  id              bigint generated always as identity primary key,
  wallet_id       text   not null,
  seq             bigint not null,
  kind            genbff.entry_kind not null,
  amount          bigint not null,
  balance_after   genbff.credits not null,
  idempotency_key genbff.short_text not null,
  request         jsonb  not null,
  grant_id        bigint,
  hold_id         uuid,
  actor           text,
  reason          text,
  created_at      timestamptz not null,
  unique (wallet_id, seq),
  foreign key (wallet_id, grant_id) references genbff.grants (wallet_id, id),
  foreign key (hold_id, wallet_id) references genbff.holds (id, wallet_id),
  constraint transactions_are_numbered check (seq >= 1),
  constraint transactions_direction check
    (amount <> 0 and (kind = 'adjustment' or (amount > 0) = (kind in ('grant', 'refund')))),
  constraint transactions_belong_to_one check
    ((hold_id is null) = (grant_id is not null) and (hold_id is null) = (kind not in ('capture', 'refund')))
);
-- A capture's key is its hold.
create unique index transactions_key_once on genbff.transactions (wallet_id, kind, idempotency_key) where kind <> 'capture';
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

create function genbff.insist(p_true boolean, p_reason text) returns void
language plpgsql as $$
begin
  if p_true is not true then
    perform genbff.refuse(400, 'validation_failed', jsonb_build_object('reason', p_reason));
  end if;
end $$;

-- A caller's key holds no control characters, so that the ledger can make keys of its own that nobody can claim.
create function genbff.checked_key(p_key text) returns text
language plpgsql as $$
begin
  if p_key is null or length(p_key) not between 1 and 255 or p_key ~ '[\x01-\x1f\x7f]' then
    perform genbff.refuse(400, 'invalid_idempotency_key');
  end if;
  return p_key;
end $$;

create function genbff.checked_duration(p_ms bigint) returns interval
language plpgsql as $$
begin
  perform genbff.insist(p_ms between 1 and 3155760000000, 'a duration is 1 ms to 100 years');
  return p_ms * interval '1 millisecond';
end $$;

-- The first statement of every writing function: the row exists, then it is locked. Locking a row that may not
-- exist, or "the latest entry", locks nothing. Most wallets exist, so that is tried first; two first movements of a new
-- wallet both insert, and the second one waits for the first. A refusal takes the new row with it.
create function genbff.lock_wallet(p_wallet_id text) returns public.user_credits
language plpgsql as $$
declare
  v_wallet public.user_credits;
begin
  select * into v_wallet from public.user_credits where user_id = p_wallet_id for update;
  if not found then
    perform genbff.insist(length(p_wallet_id) between 1 and 255, 'a wallet has a name of 1 to 255 characters');
    insert into public.user_credits (user_id) values (p_wallet_id) on conflict do nothing;
    select * into v_wallet from public.user_credits where user_id = p_wallet_id for update;
  end if;
  return v_wallet;
end $$;

-- What expired lots still hold for nobody: counted as gone from their last moment, whether or not a sweep has run.
create function genbff.expired_credits(p_wallet_id text, p_now timestamptz) returns bigint
language sql stable as $$
  select coalesce(sum(remaining - held), 0)::bigint from genbff.grants
  where wallet_id = p_wallet_id and not used_up and expires_at <= p_now
$$;

-- What a key did before, or nothing. The same key with anything else is refused.
create function genbff.known_entry(p_wallet_id text, p_kind text, p_key text, p_request jsonb) returns genbff.transactions
language plpgsql as $$
declare
  v_entry genbff.transactions;
begin
  select * into v_entry from genbff.transactions where wallet_id = p_wallet_id and kind = p_kind and kind <> 'capture' and idempotency_key = p_key;
  if found and v_entry.request <> p_request then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  return v_entry;
end $$;

-- The only writer of entries. The wallet is locked by the caller. A movement that no caller named is keyed by its
-- number; p_unhold is what a settled hold sets free in the same moment.
create function genbff.post_entry(
  p_wallet_id text, p_kind text, p_amount bigint, p_key text, p_request jsonb,
  p_grant_id bigint, p_hold_id uuid, p_actor text, p_reason text, p_now timestamptz, p_unhold bigint default 0
) returns genbff.transactions
language plpgsql as $$
declare
  v_wallet public.user_credits;
  v_entry genbff.transactions;
begin
  update public.user_credits
     set balance = balance + p_amount,
         held = held - p_unhold,
         seq = seq + 1,
         lifetime_granted = lifetime_granted + case when p_kind in ('grant', 'adjustment') and p_amount > 0 then p_amount else 0 end,
         lifetime_spent = lifetime_spent + case when p_kind in ('capture', 'refund') then -p_amount else 0 end,
         updated_at = p_now
   where user_id = p_wallet_id
  returning * into v_wallet;
  insert into genbff.transactions
    (wallet_id, seq, kind, amount, balance_after, idempotency_key, request, grant_id, hold_id, actor, reason, created_at)
  values
    (p_wallet_id, v_wallet.seq, p_kind, p_amount, v_wallet.balance, coalesce(p_key, E'\n' || v_wallet.seq), p_request,
     p_grant_id, p_hold_id, p_actor, p_reason, p_now)
  returning * into v_entry;
  return v_entry;
end $$;

-- A new lot and its entry: the only way in for credits. All that ever came in fits 2^53 - 1, and with it every sum.
create function genbff.add_lot(
  p_wallet public.user_credits, p_kind text, p_amount bigint, p_key text, p_request jsonb, p_source text, p_priority int,
  p_expires_at timestamptz, p_actor text, p_reason text, p_now timestamptz
) returns genbff.transactions
language plpgsql as $$
declare
  v_grant_id bigint;
begin
  if p_wallet.lifetime_granted > 9007199254740991 - p_amount then
    perform genbff.refuse(422, 'invalid_amount');
  end if;
  insert into genbff.grants (wallet_id, source, amount, remaining, priority, effective_at, expires_at, created_at)
  values (p_wallet.user_id, p_source, p_amount, p_amount, p_priority, p_now, p_expires_at, p_now)
  returning id into v_grant_id;
  return genbff.post_entry(p_wallet.user_id, p_kind, p_amount, p_key, p_request, v_grant_id, null, p_actor, p_reason, p_now);
end $$;

-- Takes what is left of an expired lot and held by nobody. The lot is read under the wallet's lock, so nothing is
-- taken twice; what a hold or a refund brings back later is taken in that moment, by an entry of its own.
create function genbff.expire_lot(p_grant genbff.grants, p_now timestamptz) returns bigint
language plpgsql as $$
declare
  v_free bigint := p_grant.remaining - p_grant.held;
begin
  if v_free = 0 or p_grant.expires_at is null or p_grant.expires_at > p_now then
    return 0;
  end if;
  update genbff.grants set remaining = remaining - v_free where id = p_grant.id;
  perform genbff.post_entry(p_grant.wallet_id, 'expiry', -v_free, null, '{}', p_grant.id, null, null, null, p_now);
  return v_free;
end $$;

-- The lots that can be spent, in the order in which they burn. Total and stable: two readers never disagree. Postgres
-- writes it into the query that reads it, and stops at the lot that suffices.
create function genbff.free_lots(p_wallet_id text, p_now timestamptz) returns setof genbff.grants
language sql stable as $$
  select * from genbff.grants
   where wallet_id = p_wallet_id and not used_up and remaining > held and (expires_at is null or expires_at > p_now)
   order by priority, expires_at nulls last, created_at, id
$$;

create function genbff.place_hold(
  p_wallet_id text, p_amount bigint, p_key text, p_generation_id uuid, p_external_reference text, p_expires_in interval
) returns genbff.holds
language plpgsql as $$
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
       or v_hold.external_reference is distinct from p_external_reference
       or v_hold.expires_at is distinct from v_hold.created_at + p_expires_in then
      perform genbff.refuse(422, 'idempotency_key_reused');
    end if;
    return v_hold;
  end if;

  -- What is free in the lots that have not ended is what is available, and never more than the wallet says.
  v_available := v_wallet.balance - v_wallet.held;
  if v_available >= p_amount then
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
    if v_left = 0 then
      update public.user_credits set held = held + p_amount, updated_at = v_now where user_id = p_wallet_id;
      return v_hold;
    end if;
  end if;

  v_available := v_available - genbff.expired_credits(p_wallet_id, v_now);
  if v_available >= p_amount then
    raise exception 'wallet % shows % available, its lots hold % less', p_wallet_id, v_available, v_left;
  end if;
  perform genbff.refuse(402, 'insufficient_credits', jsonb_build_object('required', p_amount, 'available', v_available));
end $$;

-- Resolves a hold once: `p_capture` credits are paid, the rest comes back to the lots it was taken from.
-- A second, equal settlement returns the first; another one is refused with what is true. `p_hold` may be older than the
-- lock: what it is and whose it is never changes, its state is asked again.
create function genbff.settle_hold(p_hold genbff.holds, p_outcome text, p_capture bigint) returns genbff.holds
language plpgsql as $$
declare
  v_hold genbff.holds;
  v_now timestamptz;
  v_part genbff.hold_lots;
  v_grant genbff.grants;
  v_left bigint := p_capture;
  v_take bigint;
begin
  perform genbff.lock_wallet(p_hold.wallet_id);
  v_now := genbff.now();
  update genbff.holds
     set state = p_outcome, captured = case when p_outcome = 'captured' then p_capture end, settled_at = v_now
   where id = p_hold.id and state = 'open' and p_capture <= amount
  returning * into v_hold;
  if not found then
    select * into v_hold from genbff.holds where id = p_hold.id;
    if v_hold.state = 'open' then
      perform genbff.refuse(422, 'capture_exceeds_hold', jsonb_build_object('held', v_hold.amount));
    end if;
    if v_hold.state <> p_outcome or v_hold.captured is distinct from (case when p_outcome = 'captured' then p_capture end) then
      perform genbff.refuse(409, 'hold_already_settled',
        jsonb_build_object('state', v_hold.state, 'captured', coalesce(v_hold.captured, 0)));
    end if;
    return v_hold;
  end if;

  if p_capture > 0 then
    perform genbff.post_entry(v_hold.wallet_id, 'capture', -p_capture, v_hold.id::text, '{}', null, v_hold.id, null, null, v_now, v_hold.amount);
  else
    update public.user_credits set held = held - v_hold.amount, updated_at = v_now where user_id = v_hold.wallet_id;
  end if;
  for v_part in select * from genbff.hold_lots where hold_id = v_hold.id order by position loop
    v_take := least(v_left, v_part.amount);
    v_left := v_left - v_take;
    update genbff.grants set remaining = remaining - v_take, held = held - v_part.amount where id = v_part.grant_id
    returning * into v_grant;
    if v_take > 0 then
      update genbff.hold_lots set captured = v_take where hold_id = v_hold.id and position = v_part.position;
    end if;
    -- What came back to a lot that has expired meanwhile expires at once.
    if v_grant.expires_at <= v_now then
      perform genbff.expire_lot(v_grant, v_now);
    end if;
  end loop;
  return v_hold;
end $$;

-- ─── Functions for the server ───────────────────────────────────────────────

-- Keys that begin with `sign_up`, `allowance:` or `purchase:` are those of the functions below.
create function public.genbff_grant(
  p_wallet_id text, p_amount numeric, p_idempotency_key text, p_source text default 'operator',
  p_priority int default 100, p_expires_in_ms bigint default null, p_reason text default null, p_actor text default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_key text := genbff.checked_key(p_idempotency_key);
  v_expires_in interval := case when p_expires_in_ms is not null then genbff.checked_duration(p_expires_in_ms) end;
  v_request jsonb;
  v_wallet public.user_credits;
  v_now timestamptz;
  v_entry genbff.transactions;
begin
  if v_key ~ '^(sign_up$|allowance:|purchase:)' then
    perform genbff.refuse(400, 'invalid_idempotency_key');
  end if;
  perform genbff.insist(length(p_source) between 1 and 64, 'a grant names its source');
  perform genbff.insist(p_priority is not null, 'a grant has a priority');
  v_request := jsonb_build_object('amount', v_amount, 'source', p_source, 'priority', p_priority,
    'expires_in_ms', p_expires_in_ms, 'reason', p_reason, 'actor', p_actor);
  v_wallet := genbff.lock_wallet(p_wallet_id);
  v_now := genbff.now();
  v_entry := genbff.known_entry(p_wallet_id, 'grant', v_key, v_request);
  if v_entry.id is null then
    v_entry := genbff.add_lot(v_wallet, 'grant', v_amount, v_key, v_request, p_source, p_priority, v_now + v_expires_in,
      p_actor, coalesce(p_reason, p_source), v_now);
  end if;
  return genbff.granted(v_entry);
end $$;

create function genbff.granted(p_entry genbff.transactions) returns jsonb
language sql stable as $$
  select jsonb_build_object('transaction_id', p_entry.id, 'grant_id', p_entry.grant_id, 'amount', p_entry.amount,
    'balance_after', p_entry.balance_after)
$$;

-- Credits that come again: each day or month, by tier. The period's lot ends with the period.
create table genbff.allowances (
  tier     text   not null check (length(tier) between 1 and 64),
  period   text   not null check (period in ('day', 'month')),
  credits  bigint not null check (credits between 0 and 9007199254740991),
  priority int    not null default 50,
  primary key (tier, period)
);

create function public.genbff_set_allowance(p_tier text, p_period text, p_credits numeric, p_priority int default 50) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_credits bigint := genbff.whole_credits(p_credits, 0);
  v_allowance genbff.allowances;
begin
  perform genbff.insist(length(p_tier) between 1 and 64, 'a tier has a name of 1 to 64 characters');
  perform genbff.insist(p_period in ('day', 'month'), 'a period is day or month');
  insert into genbff.allowances (tier, period, credits, priority)
  values (p_tier, p_period, v_credits, coalesce(p_priority, 50))
  on conflict (tier, period) do update set credits = excluded.credits, priority = excluded.priority
  returning * into v_allowance;
  return to_jsonb(v_allowance);
end $$;

create function public.genbff_set_tier(p_wallet_id text, p_tier text) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform genbff.insist(length(p_tier) between 1 and 64, 'a tier has a name of 1 to 64 characters');
  perform genbff.lock_wallet(p_wallet_id);
  update public.user_credits set subscription_tier = p_tier, updated_at = genbff.now() where user_id = p_wallet_id;
  return jsonb_build_object('subscription_tier', p_tier);
end $$;

-- A visit: the wallet exists, the welcome credits are granted exactly once, even when the configured amount changes
-- later or fifty first requests arrive together, and so are the allowances of this day and month. A period is granted
-- once, by the tier of its first visit: going up and down the tiers brings nothing before the next period.
create function public.genbff_welcome(p_wallet_id text, p_amount numeric) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount, 0);
  v_wallet public.user_credits := genbff.lock_wallet(p_wallet_id);
  v_allowance genbff.allowances;
  v_now timestamptz := genbff.now();
  v_from timestamp; -- of UTC: adding a day or a month to a timestamptz would follow the session's time zone
  v_key text;
  v_granted boolean := false;
begin
  if v_amount > 0 and not genbff.has_grant(p_wallet_id, 'sign_up') then
    perform genbff.add_lot(v_wallet, 'grant', v_amount, 'sign_up', '{}', 'sign_up', 100, null, null, 'sign_up', v_now);
    v_granted := true;
  end if;
  for v_allowance in
    select * from genbff.allowances where tier = v_wallet.subscription_tier and credits > 0 order by period
  loop
    v_from := date_trunc(v_allowance.period, v_now at time zone 'UTC');
    v_key := 'allowance:' || v_allowance.period || ':' || to_char(v_from, 'YYYY-MM-DD');
    continue when genbff.has_grant(p_wallet_id, v_key);
    v_wallet := genbff.lock_wallet(p_wallet_id);
    perform genbff.add_lot(v_wallet, 'grant', v_allowance.credits, v_key, '{}', v_allowance.period || '_allowance', v_allowance.priority,
      (v_from + ('1 ' || v_allowance.period)::interval) at time zone 'UTC', null, v_allowance.period || '_allowance', v_now);
    v_granted := true;
  end loop;
  return jsonb_build_object('granted', v_granted);
end $$;

create function genbff.has_grant(p_wallet_id text, p_key text) returns boolean
language sql stable as $$
  select exists (select 1 from genbff.transactions where wallet_id = p_wallet_id and kind = 'grant' and idempotency_key = p_key)
$$;

-- A payment provider's event: it is written down and its credits are granted in one transaction. A purchase grants
-- once, whatever number of events name it; an event that comes again finds what it did.
create table genbff.payment_events (
  provider    text not null,
  event_id    text not null check (length(event_id) between 1 and 255),
  wallet_id   text not null references public.user_credits (user_id),
  purchase_id text not null,
  grant_id    bigint not null,
  created_at  timestamptz not null,
  primary key (provider, event_id),
  foreign key (wallet_id, grant_id) references genbff.grants (wallet_id, id)
);
-- One purchase, one wallet: the same purchase can never pay into two. No colon in a provider's name: "a:b" and "c" would
-- share the key of "a" and "b:c", and one of the two would never be paid out.
create table genbff.purchases (
  provider    text not null check (provider ~ '^[a-z0-9_-]{1,32}$'),
  purchase_id text not null check (length(purchase_id) between 1 and 200),
  wallet_id   text not null references public.user_credits (user_id),
  primary key (provider, purchase_id),
  unique (provider, purchase_id, wallet_id)
);
alter table genbff.payment_events add foreign key (provider, purchase_id, wallet_id)
  references genbff.purchases (provider, purchase_id, wallet_id);

create function public.genbff_payment_event(
  p_provider text, p_event_id text, p_purchase_id text, p_wallet_id text, p_amount numeric, p_expires_in_ms bigint default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_expires_in interval := case when p_expires_in_ms is not null then genbff.checked_duration(p_expires_in_ms) end;
  v_request jsonb := jsonb_build_object('amount', v_amount, 'expires_in_ms', p_expires_in_ms);
  v_key text := 'purchase:' || p_provider || ':' || p_purchase_id;
  v_wallet public.user_credits;
  v_now timestamptz;
  v_known genbff.payment_events;
  v_owner text;
  v_entry genbff.transactions;
begin
  perform genbff.insist(p_provider ~ '^[a-z0-9_-]{1,32}$', 'a payment provider has a name of a-z, 0-9, _ and -');
  perform genbff.insist(length(p_event_id) between 1 and 255, 'an event has an id of 1 to 255 characters');
  perform genbff.insist(length(p_purchase_id) between 1 and 200, 'a purchase has an id of 1 to 200 characters');
  v_wallet := genbff.lock_wallet(p_wallet_id);
  v_now := genbff.now();
  insert into genbff.purchases (provider, purchase_id, wallet_id) values (p_provider, p_purchase_id, p_wallet_id)
  on conflict do nothing;
  select wallet_id into v_owner from genbff.purchases where provider = p_provider and purchase_id = p_purchase_id;
  if v_owner <> p_wallet_id then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  v_entry := genbff.known_entry(p_wallet_id, 'grant', v_key, v_request);
  if v_entry.id is null then
    v_entry := genbff.add_lot(v_wallet, 'grant', v_amount, v_key, v_request, 'purchase', 200, v_now + v_expires_in, null, 'purchase', v_now);
  end if;
  insert into genbff.payment_events (provider, event_id, wallet_id, purchase_id, grant_id, created_at)
  values (p_provider, p_event_id, p_wallet_id, p_purchase_id, v_entry.grant_id, v_now)
  on conflict do nothing;
  select * into v_known from genbff.payment_events where provider = p_provider and event_id = p_event_id;
  if v_known.purchase_id <> p_purchase_id or v_known.wallet_id <> p_wallet_id then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  return genbff.granted(v_entry);
end $$;

-- Gives back what a settled hold has paid, in whole or in part: to the lots it came from, the last consumed first.
create function public.genbff_refund(
  p_hold_id uuid, p_amount numeric, p_idempotency_key text, p_reason text, p_actor text
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_key text := genbff.checked_key(p_idempotency_key);
  v_request jsonb := jsonb_build_object('hold_id', p_hold_id, 'amount', v_amount, 'reason', p_reason, 'actor', p_actor);
  v_wallet_id text;
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
  v_entry := genbff.known_entry(v_wallet_id, 'refund', v_key, v_request);
  if v_entry.id is not null then
    return to_jsonb(v_entry);
  end if;
  -- A hold that is open, released or expired has captured nothing, and its lots say so.
  select coalesce(sum(captured - refunded), 0) into v_refundable from genbff.hold_lots where hold_id = p_hold_id;
  if v_amount > v_refundable then
    perform genbff.refuse(422, 'refund_exceeds_capture', jsonb_build_object('refundable', v_refundable));
  end if;

  v_entry := genbff.post_entry(v_wallet_id, 'refund', v_amount, v_key, v_request, null, p_hold_id, p_actor, p_reason, v_now);
  for v_part in select * from genbff.hold_lots where hold_id = p_hold_id and captured > refunded order by position desc loop
    v_back := least(v_left, v_part.captured - v_part.refunded);
    v_left := v_left - v_back;
    update genbff.hold_lots set refunded = refunded + v_back where hold_id = p_hold_id and position = v_part.position;
    update genbff.grants set remaining = remaining + v_back where id = v_part.grant_id returning * into v_grant;
    perform genbff.expire_lot(v_grant, v_now);
    exit when v_left = 0;
  end loop;
  return to_jsonb(v_entry);
end $$;

-- An operator's correction, up or down, with its reason and who made it. Down consumes lots like any other debit and
-- never goes below what is available.
create function public.genbff_adjust(
  p_wallet_id text, p_amount numeric, p_idempotency_key text, p_reason text, p_actor text
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_amount bigint := genbff.whole_credits(abs(p_amount)) * sign(p_amount)::bigint;
  v_key text := genbff.checked_key(p_idempotency_key);
  v_request jsonb := jsonb_build_object('amount', v_amount, 'reason', p_reason, 'actor', p_actor);
  v_wallet public.user_credits;
  v_now timestamptz;
  v_first genbff.transactions;
  v_lot genbff.grants;
  v_available bigint;
  v_left bigint := -v_amount;
  v_take bigint;
begin
  perform genbff.insist(btrim(p_reason) <> '' and btrim(p_actor) <> '', 'a correction names its reason and its actor');
  v_wallet := genbff.lock_wallet(p_wallet_id);
  v_now := genbff.now();
  v_first := genbff.known_entry(p_wallet_id, 'adjustment', v_key, v_request);
  if v_first.id is not null then
    return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount);
  end if;
  if v_amount > 0 then
    v_first := genbff.add_lot(v_wallet, 'adjustment', v_amount, v_key, v_request, 'adjustment', 100, null, p_actor, p_reason, v_now);
    return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount);
  end if;

  v_available := v_wallet.balance - v_wallet.held - genbff.expired_credits(p_wallet_id, v_now);
  if v_available < v_left then
    perform genbff.refuse(402, 'insufficient_credits', jsonb_build_object('required', v_left, 'available', v_available));
  end if;
  for v_lot in select * from genbff.free_lots(p_wallet_id, v_now) loop
    v_take := least(v_left, v_lot.remaining - v_lot.held);
    v_left := v_left - v_take;
    update genbff.grants set remaining = remaining - v_take where id = v_lot.id;
    -- One entry a lot, so that each lot explains what it lost. The first carries the caller's key, the others the
    -- ledger's own: `key:1` could be somebody's.
    if v_first.id is null then
      v_first := genbff.post_entry(p_wallet_id, 'adjustment', -v_take, v_key, v_request, v_lot.id, null, p_actor, p_reason, v_now);
    else
      perform genbff.post_entry(p_wallet_id, 'adjustment', -v_take, null, v_request, v_lot.id, null, p_actor, p_reason, v_now);
    end if;
    exit when v_left = 0;
  end loop;
  if v_left <> 0 then
    raise exception 'wallet % shows % available, its lots hold % less', p_wallet_id, v_available, v_left;
  end if;
  return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount);
end $$;

-- Takes what has ended: external holds past their time, then lots past theirs. Any number of processes may run it, in
-- batches: the wallets that have waited longest, locked in the order of their names. What it does not reach is counted as
-- gone all the same; a hold that is past its time and not yet reached can still be settled by its owner.
create function public.genbff_expire_due(p_count int default 100) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_count int := greatest(1, least(coalesce(p_count, 100), 1000));
  v_now timestamptz := genbff.now();
  v_wallet_id text;
  v_hold genbff.holds;
  v_grant genbff.grants;
  v_holds int := 0;
  v_lots int := 0;
begin
  for v_wallet_id in
    select wallet_id from (
      (select wallet_id, expires_at from genbff.holds where state = 'open' and expires_at <= v_now order by expires_at limit v_count)
      union all
      (select wallet_id, expires_at from genbff.grants where not used_up and remaining > held and expires_at <= v_now order by expires_at limit v_count)
    ) due group by wallet_id order by wallet_id
  loop
    perform genbff.lock_wallet(v_wallet_id);
    v_now := genbff.now();
    for v_hold in
      select * from genbff.holds where wallet_id = v_wallet_id and state = 'open' and expires_at <= v_now order by created_at, id limit v_count
    loop
      perform genbff.settle_hold(v_hold, 'expired', 0);
      v_holds := v_holds + 1;
    end loop;
    for v_grant in
      select * from genbff.grants where wallet_id = v_wallet_id and not used_up and remaining > held and expires_at <= v_now order by id limit v_count
    loop
      perform genbff.expire_lot(v_grant, v_now);
      v_lots := v_lots + 1;
    end loop;
  end loop;
  return jsonb_build_object('holds', v_holds, 'lots', v_lots);
end $$;

-- What a wallet held, and how much of it was set aside, at a moment in the past: from the entries and holds alone.
create function public.genbff_balance_at(p_wallet_id text, p_at timestamptz) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform genbff.insist(p_at is not null, 'which moment?');
  return (select jsonb_build_object('posted', posted, 'held', held) from (
    select
      coalesce((select t.balance_after from genbff.transactions t
                 where t.wallet_id = p_wallet_id and t.created_at <= p_at order by t.seq desc limit 1), 0) as posted,
      coalesce((select sum(h.amount) from genbff.holds h
                 where h.wallet_id = p_wallet_id and h.created_at <= p_at and (h.settled_at is null or h.settled_at > p_at)), 0) as held
  ) then_true);
end $$;

-- For work outside the state machine. A generation's hold is made by genbff_start alone.
create function public.genbff_hold(
  p_wallet_id text, p_amount numeric, p_idempotency_key text, p_external_reference text, p_expires_in_ms bigint
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_amount bigint := genbff.whole_credits(p_amount);
  v_key text := genbff.checked_key(p_idempotency_key);
begin
  if v_key like 'generation:%' then
    perform genbff.refuse(400, 'invalid_idempotency_key');
  end if;
  perform genbff.insist(length(p_external_reference) between 1 and 255, 'a hold needs a reference and a time-out');
  return to_jsonb(genbff.place_hold(p_wallet_id, v_amount, v_key, null, p_external_reference, genbff.checked_duration(p_expires_in_ms)));
end $$;

create function genbff.external_hold(p_hold_id uuid) returns genbff.holds
language plpgsql as $$
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

-- "All of it" is its own choice, `p_full`; a missing amount never means everything, and both together mean nothing.
create function public.genbff_capture(p_hold_id uuid, p_amount numeric default null, p_full boolean default false) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_hold genbff.holds := genbff.external_hold(p_hold_id);
begin
  if p_full and p_amount is not null then
    perform genbff.refuse(422, 'invalid_amount');
  end if;
  return to_jsonb(genbff.settle_hold(v_hold, 'captured',
    case when p_full then v_hold.amount else genbff.whole_credits(p_amount, 0) end));
end $$;

create function public.genbff_release(p_hold_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  return to_jsonb(genbff.settle_hold(genbff.external_hold(p_hold_id), 'released', 0));
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
  perform genbff.insist(length(p_key) between 1 and 128, 'an operation has a key of 1 to 128 characters');
  perform genbff.insist(p_per in ('call', 'output'), 'a price is per call or per output');
  perform genbff.insist(jsonb_typeof(p_multipliers) = 'object', 'multipliers are an object');
  perform genbff.pass_gate('prices');
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
