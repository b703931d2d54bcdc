-- How much a user may ask for: starts of a group in any minute, decided with the hold and exact over all processes; and what
-- unfinished uploads may hold.

-- One row for a user and a group, with the moments of the starts that count: never more than the limit allows, so a row
-- stays as small as its limit. It is locked after the wallet and the task, and before the gates and turns.
create table genbff.rate_counters (
  user_id    text not null check (length(user_id) between 1 and 255),
  rate_group text not null check (length(rate_group) between 1 and 64),
  starts     timestamptz[] not null default '{}',
  idle_at    timestamptz not null default genbff.now(), -- from then on nothing in it counts
  primary key (user_id, rate_group)
);
alter table genbff.rate_counters enable row level security;
create index rate_counters_idle on genbff.rate_counters (idle_at);

-- A sliding window: of any minute, wherever it begins, at most p_per_minute starts. Counts one, or refuses and says when the
-- next one is free. Whoever waits for the row's lock counts what the others did, by a clock that is read afterwards.
create function genbff.count_start(p_user_id text, p_group text, p_per_minute int) returns jsonb
language plpgsql as $$
declare
  v_minute constant interval := interval '1 minute';
  v_starts timestamptz[];
  v_now timestamptz;
  v_free_s int;
begin
  perform genbff.insist(p_per_minute between 1 and 1000, 'a rate is 1 to 1000 a minute');
  loop
    select starts into v_starts from genbff.rate_counters where user_id = p_user_id and rate_group = p_group for update;
    exit when found;
    -- A sweep may take it away again before it is locked.
    insert into genbff.rate_counters (user_id, rate_group) values (p_user_id, p_group) on conflict do nothing;
  end loop;
  v_now := genbff.now();
  -- A clock that was set back must not make a minute longer.
  v_starts := array(select least(s, v_now) from unnest(v_starts) s where s > v_now - v_minute order by s);
  if cardinality(v_starts) >= p_per_minute then
    -- Where the limit was higher a moment ago, several have to leave before one may come.
    v_free_s := genbff.seconds_until(v_starts[cardinality(v_starts) - p_per_minute + 1] + v_minute, v_now);
    perform genbff.refuse(429, 'rate_limited', jsonb_build_object(
      'retry_after_s', v_free_s, 'limit', p_per_minute, 'remaining', 0, 'reset_s', v_free_s));
  end if;
  v_starts := v_starts || v_now;
  update genbff.rate_counters set starts = v_starts, idle_at = v_now + v_minute where user_id = p_user_id and rate_group = p_group;
  return jsonb_build_object('limit', p_per_minute, 'remaining', p_per_minute - cardinality(v_starts),
    'reset_s', genbff.seconds_until(v_starts[1] + v_minute, v_now));
end $$;

-- Whole seconds, rounded up: whoever waits for them has waited long enough.
create function genbff.seconds_until(p_moment timestamptz, p_now timestamptz) returns int
language sql immutable as $$
  select greatest(1, ceil(extract(epoch from p_moment - p_now)))::int
$$;

-- As before, and with the rate counted where the limits are: one transaction, in this order: wallet → idempotency key → task →
-- rate, open generations, queue → hold, generation, assets, event. A replay comes to no limit; a refusal for any reason takes its
-- place in the rate back with everything else. p_limits.rate: {group, per_minute}, or absent where nothing limits the rate.
create or replace function public.genbff_start(
  p_user_id text, p_wallet_id text, p_task_id text, p_operation text, p_provider text, p_input jsonb, p_sources jsonb,
  p_prompt text, p_style text, p_style_version int, p_output_kind text, p_outputs int, p_price jsonb, p_quote_id uuid,
  p_idempotency_key text, p_digest text, p_retry_of uuid, p_limits jsonb, p_candidates jsonb default '[]',
  p_drafts jsonb default '[]'
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz;
  v_known genbff.idempotency_keys;
  v_task genbff.tasks;
  v_rate jsonb;
  v_price jsonb;
  v_generation genbff.generations;
  v_response jsonb;
begin
  perform genbff.lock_wallet(p_wallet_id);
  v_now := genbff.now();

  if p_idempotency_key is not null then
    select * into v_known from genbff.idempotency_keys
     where user_id = p_user_id and key = p_idempotency_key and expires_at > v_now;
    if found then
      if v_known.digest <> p_digest then
        perform genbff.refuse(422, 'idempotency_key_reused');
      end if;
      return v_known.response || '{"replayed": true}';
    end if;
  end if;

  -- Another's task is refused without waiting for whoever has it in hand: we hold a wallet, and he may come to want it.
  if exists (select 1 from genbff.tasks where task_id = p_task_id and user_id <> p_user_id) then
    perform genbff.refuse(409, 'task_id_taken');
  end if;
  insert into genbff.tasks (task_id, user_id) values (p_task_id, p_user_id) on conflict do nothing;
  select * into v_task from genbff.tasks where task_id = p_task_id for update;
  if v_task.user_id <> p_user_id then
    perform genbff.refuse(409, 'task_id_taken');
  end if;

  if jsonb_typeof(p_limits -> 'rate') = 'object' then
    v_rate := genbff.count_start(p_user_id, p_limits -> 'rate' ->> 'group', (p_limits -> 'rate' ->> 'per_minute')::int);
  end if;
  if (select count(*) from genbff.generations
       where user_id = p_user_id and status in ('pending', 'processing') and parent_id is null)
     >= (p_limits ->> 'open_generations_per_user')::int then
    perform genbff.refuse(429, 'too_many_generations', '{"retry_after_s": 5}');
  end if;
  if genbff.queue_is_full((p_limits ->> 'queue_depth')::int) then
    perform genbff.refuse(503, 'queue_full', '{"retry_after_s": 15}');
  end if;

  v_price := genbff.agreed_price(p_user_id, p_operation, p_provider, p_price, p_quote_id, v_now);
  v_generation := genbff.insert_generation(jsonb_build_object(
    'task_id', p_task_id, 'user_id', p_user_id, 'wallet_id', p_wallet_id, 'operation', p_operation, 'provider', p_provider,
    'candidates', p_candidates, 'input', p_input, 'sources', p_sources, 'drafts', p_drafts, 'prompt', p_prompt, 'style', p_style,
    'style_version', p_style_version, 'output_kind', p_output_kind, 'outputs', p_outputs, 'retry_of', p_retry_of,
    'limits', p_limits), v_price, null, v_now);

  v_response := jsonb_build_object('task_id', p_task_id, 'generation_id', v_generation.id, 'status', 'pending', 'held', v_generation.price_credits);
  if v_rate is not null then
    v_response := v_response || jsonb_build_object('rate', v_rate);
  end if;
  if p_idempotency_key is not null then
    insert into genbff.idempotency_keys (user_id, key, digest, generation_id, response, expires_at)
    values (p_user_id, p_idempotency_key, p_digest, v_generation.id, v_response, v_now + interval '24 hours')
    on conflict (user_id, key) do update
      set digest = excluded.digest, generation_id = excluded.generation_id, response = excluded.response, expires_at = excluded.expires_at
      where genbff.idempotency_keys.expires_at <= v_now;
    -- The key was free under this wallet's lock, and a start under another wallet's has claimed it meanwhile. Begun again,
    -- this one finds it.
    if not found then
      raise exception 'the idempotency key was claimed meanwhile' using errcode = 'serialization_failure';
    end if;
  end if;
  return v_response || '{"replayed": false}';
end $$;

-- Takes away the counters in which nothing counts any more. One that is being counted in is not waited for. `more`: this
-- batch was full, ask again.
create function public.genbff_forget_rates(p_count int) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_count int;
begin
  delete from genbff.rate_counters where (user_id, rate_group) in (
    select user_id, rate_group from genbff.rate_counters where idle_at <= genbff.now() order by idle_at limit p_count
       for update skip locked);
  get diagnostics v_count = row_count;
  return jsonb_build_object('forgotten', v_count, 'more', v_count = p_count);
end $$;

-- ─── Uploads ────────────────────────────────────────────────────────────────

insert into genbff.gates (name) select 'upload ' || n from generate_series(0, 63) n;

-- What a user's unfinished uploads may hold of the storage. A small one counts as a megabyte, so that their number is
-- limited too. Parallel ones of one user come one after the other.
create function genbff.check_pending_uploads(p_user_id text, p_bytes bigint, p_pending_bytes_max bigint) returns void
language plpgsql as $$
declare
  v_least constant bigint := 1000000;
  v_pending bigint;
begin
  perform genbff.pass_gate('upload ' || (hashtextextended(p_user_id, 0) & 63));
  select coalesce(sum(greatest(bytes, v_least)), 0) into v_pending
    from public.input_assets where user_id = p_user_id and status = 'pending';
  if v_pending + greatest(p_bytes, v_least) > p_pending_bytes_max then
    perform genbff.refuse(429, 'rate_limited', jsonb_build_object('retry_after_s', 60, 'pending_bytes', v_pending));
  end if;
end $$;
create index input_assets_pending_by_user on public.input_assets (user_id) where status = 'pending';

-- The row of an upload, before its first byte. p_pending_bytes_max: null where the bytes come with the very request.
drop function public.genbff_reserve_input(text, uuid, text, text, text, text, text, text, bigint);
create function public.genbff_reserve_input(
  p_user_id text, p_id uuid, p_task_id text, p_type text, p_storage_key text, p_asset_url text,
  p_filename text, p_content_type text, p_bytes bigint, p_pending_bytes_max bigint default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_input public.input_assets;
begin
  if p_pending_bytes_max is not null and not exists (select 1 from public.input_assets where id = p_id) then
    perform genbff.check_pending_uploads(p_user_id, p_bytes, p_pending_bytes_max);
  end if;
  perform genbff.use_task(p_user_id, p_task_id, true);
  insert into public.input_assets (id, user_id, task_id, input_asset_type, storage_key, asset_url, filename, content_type, bytes)
  values (p_id, p_user_id, p_task_id, p_type, p_storage_key, p_asset_url, p_filename, p_content_type, p_bytes)
  on conflict (id) do nothing;
  select * into v_input from public.input_assets where id = p_id and user_id = p_user_id;
  return genbff.input_view(v_input);
end $$;

select genbff.close_doors();
