-- What the team's own server is told: ends of generations and movements of credits, each written down in the transaction
-- that made it true. Sending is repeated until it is heard; nothing is written while nobody listens. At the end, one rule
-- more for what vendors tell us.

-- The types of events that somebody listens to. Empty: the triggers below write nothing.
create table genbff.webhook_events (
  type text primary key
);

-- One row per event. No address and no secret: those are the sending process's own.
create table genbff.webhook_outbox (
  id          bigint generated always as identity primary key,
  -- The same for every try, so that whoever hears it twice can tell.
  event_id    uuid   not null unique default genbff.new_id(),
  type        text   not null,
  -- `task …` or `wallet …`. The lock of either is held while the id is handed out: ids of one subject are in the order
  -- of their commits.
  about       text   not null,
  data        jsonb  not null,
  state       text   not null default 'waiting' check (state in ('waiting', 'sent', 'given_up')),
  -- Counted when it is claimed, so that a process that dies has used one up.
  tries       int    not null default 0 check (tries >= 0),
  -- Which claim of it: whoever lost it cannot speak of it.
  claim       bigint not null default 0,
  -- Of one that is claimed: when it may be claimed again, because nobody has said what became of it.
  next_try_at timestamptz,
  -- Later ones about the same wait for it.
  holds_up    boolean not null default true,
  error       text,
  created_at  timestamptz not null default genbff.now(),
  ended_at    timestamptz,
  constraint webhook_outbox_due check ((state = 'waiting') = (next_try_at is not null)),
  constraint webhook_outbox_end check ((state = 'waiting') = (ended_at is null))
) with (fillfactor = 70);
create index webhook_outbox_due on genbff.webhook_outbox (next_try_at) where state = 'waiting';
create index webhook_outbox_order on genbff.webhook_outbox (about, id) where state = 'waiting' and holds_up;
create index webhook_outbox_ended on genbff.webhook_outbox (ended_at) where ended_at is not null;
create index webhook_outbox_by_age on genbff.webhook_outbox (created_at) where state = 'waiting';

alter table genbff.webhook_events enable row level security;
alter table genbff.webhook_outbox enable row level security;

-- ─── Written with what they tell of ─────────────────────────────────────────

create function genbff.tell_of_end() returns trigger
language plpgsql set search_path = '' as $$
begin
  insert into genbff.webhook_outbox (type, about, data, next_try_at)
  select e.type, 'task ' || new.task_id, genbff.snapshot(new) || jsonb_build_object('user_id', new.user_id), genbff.now()
    from genbff.webhook_events e where e.type = 'generation.' || new.status;
  return null;
end $$;
-- Triggers of one row fire by their names: this one after `generations_event`, which has locked the task.
create trigger generations_told_at_birth after insert on genbff.generations
  for each row when (new.completed_at is not null) execute function genbff.tell_of_end();
create trigger generations_told after update on genbff.generations
  for each row when (old.completed_at is null and new.completed_at is not null) execute function genbff.tell_of_end();

-- Entries are never changed, so the row names its entry and repeats nothing of it. Every movement passes here: asked for
-- itself, the short question is answered sooner where nobody listens; and see genbff.now about the search path.
create function genbff.tell_of_entry() returns trigger
language plpgsql as $$
begin
  if exists (select from genbff.webhook_events where type = 'credits.' || new.kind) then
    insert into genbff.webhook_outbox (type, about, data, next_try_at)
    values ('credits.' || new.kind, 'wallet ' || new.wallet_id, jsonb_build_object('entry', new.id), genbff.now());
  end if;
  return null;
end $$;
create trigger transactions_told after insert on genbff.transactions
  for each row execute function genbff.tell_of_entry();

create function genbff.entry_told(p_entry bigint) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('wallet_id', t.wallet_id, 'seq', t.seq, 'id', t.id::text, 'kind', t.kind, 'amount', abs(t.amount),
           'balance_before', t.balance_after - t.amount, 'balance_after', t.balance_after, 'reason', t.reason,
           'generation_id', g.id, 'task_id', g.task_id, 'operation', g.operation, 'created_at', t.created_at)
    from genbff.transactions t
    left join genbff.holds h on h.id = t.hold_id
    left join genbff.generations g on g.id = h.generation_id
   where t.id = p_entry
$$;

-- What a deployment listens to, told at every start: the last word counts, for all processes alike.
create function public.genbff_set_webhooks(p_events jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  delete from genbff.webhook_events where not p_events ? type;
  insert into genbff.webhook_events (type) select jsonb_array_elements_text(p_events) on conflict do nothing;
  return p_events;
end $$;

-- ─── Sent ───────────────────────────────────────────────────────────────────

-- Whoever calls has them from now on, for as long as the lease.
create function genbff.claim_webhooks(p_ids bigint[], p_lease_ms bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_claimed jsonb;
begin
  with claimed as (
    update genbff.webhook_outbox
       set tries = tries + 1, claim = claim + 1, next_try_at = genbff.now() + p_lease_ms * interval '1 millisecond'
     where id = any (p_ids)
    returning *)
  select coalesce(jsonb_agg(jsonb_build_object(
      'event_id', c.event_id, 'claim', c.claim, 'tries', c.tries, 'type', c.type, 'created_at', c.created_at,
      'data', case when c.data ? 'entry' then genbff.entry_told((c.data ->> 'entry')::bigint)
                   else genbff.with_assets(c.data) end) order by c.id), '[]')
    into v_claimed from claimed c;
  return v_claimed;
end $$;

-- Gives the caller those whose time has come: of one subject the oldest alone. Two processes never get the same.
create function public.genbff_claim_webhooks(p_count int, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
  v_ids bigint[];
begin
  -- "The first of its subject" is one look into the index. Asked as "none is before it", thousands of one subject are
  -- compared with each other.
  select array_agg(d.id) into v_ids from (
    select o.id from genbff.webhook_outbox o
     where o.state = 'waiting' and o.next_try_at <= v_now
       and o.id <= coalesce((select b.id from genbff.webhook_outbox b
                              where b.about = o.about and b.state = 'waiting' and b.holds_up
                              order by b.about, b.id limit 1), o.id)
     order by o.next_try_at, o.id limit p_count for update of o skip locked) d;
  return genbff.claim_webhooks(v_ids, p_lease_ms);
end $$;

-- It was heard. Whoever says so is believed, also one whose lease ran out meanwhile: nobody needs to send it again. The
-- caller gets the next one about the same, if it is due: a long row is worked off without looking for each anew.
create function public.genbff_webhook_sent(p_event_id uuid, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
  v_about text;
  v_next bigint;
begin
  update genbff.webhook_outbox
     set state = 'sent', next_try_at = null, error = null, ended_at = v_now
   where event_id = p_event_id and state = 'waiting'
  returning about into v_about;
  if not found then
    return jsonb_build_object('recorded', false, 'next', '[]'::jsonb);
  end if;
  select o.id into v_next from (
    select id from genbff.webhook_outbox where about = v_about and state = 'waiting' and holds_up
     order by about, id limit 1) f
    join genbff.webhook_outbox o on o.id = f.id and o.next_try_at <= v_now
   for update of o skip locked;
  return jsonb_build_object('recorded', true, 'next', genbff.claim_webhooks(array[v_next], p_lease_ms));
end $$;

-- It was not heard, and is sent again after the delay; without one it is given up and kept for an operator. A lost claim
-- says nothing.
create function public.genbff_webhook_failed(
  p_event_id uuid, p_claim bigint, p_error text, p_delay_ms bigint, p_holds_up boolean
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
begin
  update genbff.webhook_outbox
     set error = p_error, holds_up = p_holds_up,
         state = case when p_delay_ms is null then 'given_up' else 'waiting' end,
         next_try_at = v_now + p_delay_ms * interval '1 millisecond',
         ended_at = case when p_delay_ms is null then v_now end
   where event_id = p_event_id and claim = p_claim and state = 'waiting';
  return jsonb_build_object('recorded', found);
end $$;

-- A process that stops gives back what it has claimed: nobody failed, so the try is not used up.
create function public.genbff_hand_back_webhook(p_event_id uuid, p_claim bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  update genbff.webhook_outbox set tries = tries - 1, claim = claim + 1, next_try_at = genbff.now()
   where event_id = p_event_id and claim = p_claim and state = 'waiting';
  return jsonb_build_object('recorded', found);
end $$;

-- ─── For operators ──────────────────────────────────────────────────────────

-- What was given up, the newest first.
create function public.genbff_given_up_webhooks(p_count int default 100) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('event_id', o.event_id, 'type', o.type, 'about', o.about, 'tries', o.tries,
      'error', o.error, 'created_at', o.created_at, 'given_up_at', o.ended_at) order by o.ended_at desc, o.id desc), '[]')
    from (select * from genbff.webhook_outbox where state = 'given_up' and ended_at is not null
           order by ended_at desc, id desc limit greatest(1, least(p_count, 1000))) o
$$;

-- From the first try on, with the same ids. What is waiting already is left alone. They hold up nobody: what came after
-- them has been sent long since.
create function public.genbff_send_webhooks_again(p_event_ids jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_count int;
begin
  update genbff.webhook_outbox
     set state = 'waiting', tries = 0, holds_up = false, error = null, next_try_at = genbff.now(), ended_at = null
   where event_id in (select genbff.uuid_or_null(i) from jsonb_array_elements_text(p_event_ids) i) and state <> 'waiting';
  get diagnostics v_count = row_count;
  return jsonb_build_object('again', v_count);
end $$;

-- Takes away what was sent, and later what was given up or nobody listens to any more.
create function public.genbff_retain_webhooks(p_sent_ms bigint, p_rows_ms bigint, p_count int default 500) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
  v_sent timestamptz := v_now - p_sent_ms * interval '1 millisecond';
  v_rows timestamptz := v_now - p_rows_ms * interval '1 millisecond';
  v_ended int;
  v_waiting int;
begin
  delete from genbff.webhook_outbox where id in (
    select id from genbff.webhook_outbox
     where ended_at < greatest(v_sent, v_rows) and ended_at < case state when 'sent' then v_sent else v_rows end limit p_count);
  get diagnostics v_ended = row_count;
  -- In nobody's hands: a claim reaches into the future.
  delete from genbff.webhook_outbox where id in (
    select id from genbff.webhook_outbox where state = 'waiting' and created_at < v_rows and next_try_at <= v_now
     limit p_count for update skip locked);
  get diagnostics v_waiting = row_count;
  return jsonb_build_object('more', v_ended = p_count or v_waiting = p_count);
end $$;

-- ─── Looked for with everything else ────────────────────────────────────────

-- The sweep says beside what it said before whether there is something to send: looking for it costs no query of its own.
alter function public.genbff_sweep(int) rename to sweep_generations;
alter function public.sweep_generations(int) set schema genbff;
create function public.genbff_sweep(p_count int) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
begin
  -- The smallest is one look into the index, however many wait for later; "is there any" may read them all.
  return genbff.sweep_generations(p_count) || jsonb_build_object('webhooks_due', coalesce(
    (select min(next_try_at) from genbff.webhook_outbox where state = 'waiting') <= v_now, false));
end $$;

-- ─── What vendors tell ──────────────────────────────────────────────────────

-- As before, and: at the address of one generation nobody moves another one. It is kept, and nothing follows from it.
create or replace function public.genbff_webhook(
  p_provider text, p_event_id text, p_job_key text, p_payload jsonb, p_generation_id uuid default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation_id uuid;
  v_bound uuid;
begin
  perform genbff.lock_job(p_provider, p_job_key);
  select generation_id into v_generation_id from genbff.attempts where provider = p_provider and job_key = p_job_key;
  select a.generation_id into v_bound from genbff.attempts a
   where a.generation_id = p_generation_id and a.provider = p_provider and a.intent_at is not null limit 1;
  insert into genbff.webhook_inbox (provider, event_id, job_key, payload, generation_id, bound_to)
  values (p_provider, p_event_id, p_job_key, p_payload, v_generation_id, v_bound)
  on conflict do nothing;
  if not found then
    return jsonb_build_object('duplicate', true);
  end if;
  if v_generation_id <> p_generation_id then
    return jsonb_build_object('duplicate', false, 'generation_id', null);
  end if;
  if v_generation_id is null and v_bound is not null then
    v_generation_id := v_bound;
    -- Given up meanwhile: the operator learns what was sold.
    update genbff.orphans set job = p_payload -> 'job'
     where id = (select max(o.id) from genbff.orphans o join genbff.generations g on g.id = o.generation_id and g.completed_at is not null
                  where g.id = v_bound and o.provider = p_provider and o.state = 'open' and o.job is null);
  end if;
  update genbff.generations set nudged = true, next_run_at = least(next_run_at, genbff.now())
   where id = v_generation_id and status = 'processing';
  return jsonb_build_object('duplicate', false, 'generation_id', v_generation_id);
end $$;

select genbff.close_doors();
