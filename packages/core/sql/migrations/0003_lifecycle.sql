-- The life of a generation, in the order in which its functions are called: quote, start, take, intent,
-- record, finish or fail; beside them cancel, orphan and sweep.

-- ─── Start ──────────────────────────────────────────────────────────────────

create function public.genbff_quote(
  p_user_id text, p_operation text, p_provider text, p_price jsonb, p_valid_ms bigint
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_quote genbff.quotes;
begin
  insert into genbff.quotes (user_id, operation, provider, price, expires_at)
  values (p_user_id, p_operation, p_provider, p_price, genbff.now() + p_valid_ms * interval '1 millisecond')
  returning * into v_quote;
  return jsonb_build_object('quote_id', v_quote.id, 'credits', (v_quote.price ->> 'credits')::bigint, 'expires_at', v_quote.expires_at);
end $$;

-- The price that counts: the quote's while it is valid, else the table's current version or none.
create function genbff.agreed_price(
  p_user_id text, p_operation text, p_provider text, p_price jsonb, p_quote_id uuid, p_now timestamptz
) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_quote genbff.quotes;
  v_cost genbff.operation_costs;
begin
  if p_quote_id is not null then
    select * into v_quote from genbff.quotes where id = p_quote_id and user_id = p_user_id and expires_at > p_now;
    if not found or v_quote.operation <> p_operation or v_quote.provider <> p_provider
       or v_quote.price -> 'basis' is distinct from p_price -> 'basis' then
      perform genbff.refuse(409, 'quote_expired');
    end if;
    return v_quote.price;
  end if;
  v_cost := genbff.current_cost(p_price ->> 'key', p_now);
  if v_cost.version is distinct from (p_price ->> 'version')::int then
    perform genbff.refuse(409, 'price_changed');
  end if;
  return p_price;
end $$;

-- Writes a generation with its hold, its reserved outputs and its first event. The wallet and the task are locked by
-- the caller. p: everything genbff_start is told, as one object.
create function genbff.insert_generation(p jsonb, p_price jsonb, p_parent_id uuid, p_now timestamptz) returns genbff.generations
language plpgsql set search_path = '' as $$
declare
  v_credits bigint := genbff.whole_credits((p_price ->> 'credits')::numeric, 0);
  v_candidates text[] := array(select jsonb_array_elements_text(coalesce(nullif(p -> 'candidates', 'null'), '[]')));
  v_outputs int := (p ->> 'outputs')::int;
  v_kind text := p ->> 'output_kind';
  v_first_file int;
  v_generation genbff.generations;
begin
  insert into genbff.generations
    (task_id, user_id, wallet_id, parent_id, retry_of, operation, provider, candidates, input, sources, drafts, prompt, style_version,
     output_kind, outputs, price, price_credits, max_attempts, next_run_at, deadline_at, created_at)
  values
    (p ->> 'task_id', p ->> 'user_id', p ->> 'wallet_id', p_parent_id, (p ->> 'retry_of')::uuid, p ->> 'operation', p ->> 'provider',
     v_candidates, p -> 'input', p -> 'sources', coalesce(nullif(p -> 'drafts', 'null'), '[]'), p ->> 'prompt', (p ->> 'style_version')::int, v_kind, v_outputs, p_price, v_credits,
     greatest((p -> 'limits' ->> 'attempts')::int, 1 + cardinality(v_candidates)), p_now,
     p_now + (p -> 'limits' ->> 'deadline_ms')::bigint * interval '1 millisecond', p_now)
  returning * into v_generation;
  -- A generation that costs nothing has no hold, and the same life.
  if v_credits > 0 then
    perform genbff.place_hold(p ->> 'wallet_id', v_credits, 'generation:' || v_generation.id, v_generation.id, null, null);
  end if;
  if v_kind <> 'json' then
    update genbff.tasks
       set image_count = image_count + case when v_kind = 'model' then 0 else v_outputs end,
           model_count = model_count + case when v_kind = 'model' then v_outputs else 0 end
     where task_id = p ->> 'task_id'
    returning case when v_kind = 'model' then model_count else image_count end - v_outputs into v_first_file;
    insert into public.assets
      (task_id, generation_id, user_id, kind, prompt, style, index, file_index, source_asset_id, source_input_asset_id)
    select p ->> 'task_id', v_generation.id, p ->> 'user_id', v_kind, p -> 'input' ->> 'prompt', p ->> 'style', i, v_first_file + i,
           (p -> 'sources' -> 0 ->> 'asset_id')::uuid, (p -> 'sources' -> 0 ->> 'input_asset_id')::uuid
      from generate_series(0, v_outputs - 1) i;
  end if;
  return v_generation;
end $$;

-- A child whose hold is refused is born failed, with its reason: it never fails its parent, and nothing is owed.
create function genbff.insert_unpayable(p jsonb, p_price jsonb, p_parent_id uuid, p_now timestamptz, p_details jsonb) returns genbff.generations
language plpgsql set search_path = '' as $$
declare
  v_generation genbff.generations;
begin
  insert into genbff.generations
    (task_id, user_id, wallet_id, parent_id, operation, provider, input, sources, prompt, style_version, output_kind, outputs,
     price, price_credits, max_attempts, deadline_at, created_at, status, error_code, error_details, completed_at)
  values
    (p ->> 'task_id', p ->> 'user_id', p ->> 'wallet_id', p_parent_id, p ->> 'operation', p ->> 'provider', p -> 'input', p -> 'sources',
     p ->> 'prompt', (p ->> 'style_version')::int, p ->> 'output_kind', (p ->> 'outputs')::int, p_price, (p_price ->> 'credits')::bigint,
     1, p_now, p_now, 'failed', 'insufficient_credits', p_details, p_now)
  returning * into v_generation;
  return v_generation;
end $$;

-- Children are written in the transaction that completes their parent, each in a subtransaction of its own: a fan-out
-- survives a crash whole, and one that cannot be paid says so and stands in nobody's way.
create function genbff.insert_children(g genbff.generations, p_children jsonb, p_now timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_child jsonb;
  v_price jsonb;
  v_made genbff.generations;
  v_detail text;
  v_ids jsonb := '[]';
begin
  for v_child in select value from jsonb_array_elements(p_children) loop
    v_child := v_child || jsonb_build_object('task_id', g.task_id, 'user_id', g.user_id, 'wallet_id', g.wallet_id);
    v_price := v_child -> 'price';
    begin
      v_made := genbff.insert_generation(v_child, v_price, g.id, p_now);
      v_ids := v_ids || to_jsonb(v_made.id);
    exception when sqlstate 'PT402' then
      get stacked diagnostics v_detail = pg_exception_detail;
      v_made := genbff.insert_unpayable(v_child, v_price, g.id, p_now, v_detail::jsonb);
    end;
  end loop;
  return v_ids;
end $$;

-- Whether as many wait as may. Starts of different users know nothing of each other: near the end they come one at
-- a time, so that the last place is given once.
create function genbff.queue_is_full(p_depth int) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_margin constant int := 100;
  v_waiting bigint;
begin
  select count(*) into v_waiting from (select from genbff.generations where status = 'pending' limit p_depth) waiting;
  if v_waiting >= p_depth - v_margin then
    perform genbff.pass_gate('queue');
    select count(*) into v_waiting from (select from genbff.generations where status = 'pending' limit p_depth) waiting;
  end if;
  return v_waiting >= p_depth;
end $$;

-- One transaction, in this order: wallet → idempotency key → task → limits → hold, generation, assets, event.
create function public.genbff_start(
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

-- A repeat is answered before its inputs are looked at: they may be gone by then.
create function public.genbff_replay(p_user_id text, p_idempotency_key text, p_digest text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_known genbff.idempotency_keys;
begin
  select * into v_known from genbff.idempotency_keys
   where user_id = p_user_id and key = p_idempotency_key and expires_at > genbff.now();
  if not found then
    return null;
  end if;
  if v_known.digest <> p_digest then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  return v_known.response || '{"replayed": true}';
end $$;

-- ─── Turns and leases ───────────────────────────────────────────────────────

-- The caps of a deployment, told at every start: the last word counts, for all processes alike.
create function public.genbff_set_caps(p_caps jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform genbff.pass_gate('claim');
  delete from genbff.caps c where not exists (
    select 1 from jsonb_to_recordset(p_caps) n(provider text, operation text) where n.provider = c.provider and coalesce(n.operation, '*') = c.operation);
  insert into genbff.caps (provider, operation, concurrency, starts_per_minute)
  select n.provider, coalesce(n.operation, '*'), n.concurrency, n.starts_per_minute
    from jsonb_to_recordset(p_caps) n(provider text, operation text, concurrency int, starts_per_minute int)
  on conflict (provider, operation) do update
    set concurrency = excluded.concurrency, starts_per_minute = excluded.starts_per_minute;
  return (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from genbff.caps c);
end $$;

-- How many submissions a provider has had in the last minute. One that was tried again counts once, by its last.
create function genbff.sent_lately(p_provider text, p_operation text, p_now timestamptz) returns bigint
language sql stable set search_path = '' as $$
  select count(*) from genbff.attempts a join genbff.generations g on g.id = a.generation_id
   where a.provider = p_provider and a.intent_at > p_now - interval '1 minute' and p_operation in ('*', g.operation)
$$;

-- Which pairs may not be started now, as provider/operation; operation '*' for all of a provider. What was claimed and
-- is not sent yet will be: it counts as sent.
create function genbff.full_pairs(p_now timestamptz) returns text[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(c.provider || '/' || c.operation), '{}') from genbff.caps c
   where c.concurrency <= (select count(*) from genbff.generations g
           where g.status = 'processing' and g.provider = c.provider and c.operation in ('*', g.operation))
      or c.starts_per_minute <= genbff.sent_lately(c.provider, c.operation, p_now)
           + (select count(*) from genbff.generations g join genbff.attempts a on a.generation_id = g.id and a.attempt = g.attempt
               where g.status = 'processing' and g.provider = c.provider and c.operation in ('*', g.operation) and a.intent_at is null)
$$;

-- The next in turn: of the users who wait, the one who was served longest ago, with the oldest generation that may
-- start. Ten thousand of one user delay another user's one by a single turn.
create function genbff.next_in_turn(p_now timestamptz) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_full text[] := genbff.full_pairs(p_now);
  v_user text;
  v_id uuid;
begin
  for v_user in select user_id from genbff.turns where waiting > 0 order by served, user_id loop
    select id into v_id from genbff.generations
     where user_id = v_user and status = 'pending' and next_run_at <= p_now and deadline_at > p_now
       and provider || '/*' <> all (v_full) and provider || '/' || operation <> all (v_full)
     order by created_at, id limit 1 for update skip locked;
    if found then
      return v_id;
    end if;
  end loop;
  return null;
end $$;

-- Whether a generation's task and its user's turn are free, and ours from now on.
create function genbff.lock_without_waiting(p_generation_id uuid) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_generation genbff.generations;
begin
  select * into v_generation from genbff.generations where id = p_generation_id;
  perform from genbff.tasks where task_id = v_generation.task_id for update skip locked;
  if not found then
    return false;
  end if;
  perform from genbff.turns where user_id = v_generation.user_id for update skip locked;
  return found;
end $$;

-- The only way from pending to processing: the next in turn, each with its first attempt and a lease. One claim at a
-- time over all processes, so that caps are exact. Everybody takes the task before the turn; with the turn of the first
-- in our hands we may not wait for the task of the second, so the batch ends there.
create function public.genbff_claim(p_worker text, p_count int, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
  v_now timestamptz;
  v_generation genbff.generations;
  v_claimed jsonb := '[]';
begin
  perform genbff.pass_gate('claim');
  for i in 1..p_count loop
    v_now := genbff.now();
    v_id := genbff.next_in_turn(v_now);
    exit when v_id is null or (i > 1 and not genbff.lock_without_waiting(v_id));
    update genbff.generations
       set status = 'processing', step = 'intent', stage = null, attempt = 1, started_at = v_now, next_run_at = v_now,
           lease_owner = p_worker, lease_epoch = lease_epoch + 1, lease_expires_at = v_now + p_lease_ms * interval '1 millisecond'
     where id = v_id
    returning * into v_generation;
    update genbff.turns set served = nextval('genbff.turn') where user_id = v_generation.user_id;
    insert into genbff.attempts (generation_id, attempt, provider, epoch)
    values (v_id, 1, v_generation.provider, v_generation.lease_epoch);
    update public.assets set status = 'processing' where generation_id = v_id;
    v_claimed := v_claimed || genbff.work_order(v_generation);
  end loop;
  return v_claimed;
end $$;

-- Whom to wake when a place has become free.
create function genbff.next_to_wake() returns uuid
language sql stable set search_path = '' as $$
  select g.id from genbff.turns t
   cross join lateral (select id from genbff.generations where user_id = t.user_id and status = 'pending' order by created_at, id limit 1) g
   where t.waiting > 0 order by t.served, t.user_id limit 1
$$;

-- Closes the current attempt and opens the next; the caller moves generations.attempt in the same transaction.
create function genbff.next_attempt(g genbff.generations, p_provider text, p_epoch bigint, p_outcome text, p_error jsonb, p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update genbff.attempts set outcome = p_outcome, error = p_error, finished_at = p_now
   where generation_id = g.id and attempt = g.attempt;
  -- Bought again although the first may have been sold: that one is the operator's to look at.
  if p_outcome = 'unknown' then
    insert into genbff.orphans (generation_id, attempt, provider, reason) values (g.id, g.attempt, g.provider, 'resubmitted');
  end if;
  insert into genbff.attempts (generation_id, attempt, provider, epoch) values (g.id, g.attempt + 1, p_provider, p_epoch);
end $$;

-- Takes a generation that is due and in nobody's hands. A worker that died while it prepared has used up its
-- attempt: a generation that kills its workers cannot loop for ever.
create function genbff.take_lease(p_generation_id uuid, p_worker text, p_lease_ms bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_generation genbff.generations;
  v_now timestamptz;
  v_crashed boolean;
  v_exhausted boolean;
begin
  -- Without a lock: whose turn it is, is no business of those who happen to be asked for.
  if exists (select 1 from genbff.generations where id = p_generation_id and status = 'pending') then
    return jsonb_build_object('state', 'pending');
  end if;
  select * into v_generation from genbff.generations where id = p_generation_id for update skip locked;
  if not found then
    return jsonb_build_object('state', case when exists (select 1 from genbff.generations where id = p_generation_id)
      then 'busy' else 'gone' end);
  end if;
  v_now := genbff.now();
  if v_generation.completed_at is not null then
    return jsonb_build_object('state', 'ended');
  elsif v_generation.status = 'pending' then
    return jsonb_build_object('state', 'pending');
  elsif v_generation.lease_expires_at > v_now then
    return jsonb_build_object('state', 'busy');
  elsif v_generation.next_run_at > v_now then
    return jsonb_build_object('state', 'waiting',
      'delay_ms', ceil(extract(epoch from v_generation.next_run_at - v_now) * 1000));
  end if;

  -- A lease that ran out, instead of being given back, is a worker that died.
  v_crashed := v_generation.lease_expires_at is not null and v_generation.step = 'intent' and exists (
    select 1 from genbff.attempts
     where generation_id = p_generation_id and attempt = v_generation.attempt and intent_at is null);
  v_exhausted := v_crashed and v_generation.attempt = v_generation.max_attempts;
  if v_crashed and not v_exhausted then
    perform genbff.next_attempt(v_generation, v_generation.provider, v_generation.lease_epoch + 1, 'abandoned', null, v_now);
    v_generation.attempt := v_generation.attempt + 1;
  end if;
  update genbff.generations
     set attempt = v_generation.attempt, nudged = false, lease_owner = p_worker, lease_epoch = lease_epoch + 1,
         lease_expires_at = v_now + p_lease_ms * interval '1 millisecond'
   where id = p_generation_id
  returning * into v_generation;
  return jsonb_build_object('state', 'leased', 'exhausted', v_exhausted, 'generation', genbff.work_order(v_generation));
end $$;

-- What a worker calls with an id it was woken for. A waiting id gives it the next in turn, which may be another one.
create function public.genbff_take(p_generation_id uuid, p_worker text, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_taken jsonb := genbff.take_lease(p_generation_id, p_worker, p_lease_ms);
  v_claimed jsonb;
begin
  if v_taken ->> 'state' = 'pending' then
    v_claimed := public.genbff_claim(p_worker, 1, p_lease_ms);
    if jsonb_array_length(v_claimed) > 0 then
      return jsonb_build_object('state', 'leased', 'exhausted', false, 'generation', v_claimed -> 0);
    end if;
  end if;
  return v_taken;
end $$;

-- The row, locked, if the lease is still ours; else null, and the worker stops at once.
create function genbff.leased(p_generation_id uuid, p_epoch bigint) returns genbff.generations
language sql set search_path = '' as $$
  select * from genbff.generations
   where id = p_generation_id and lease_epoch = p_epoch and status = 'processing' and lease_expires_at is not null
     for update
$$;

-- Null: the lease is lost, or the deadline has passed.
create function public.genbff_heartbeat(p_generation_id uuid, p_epoch bigint, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
begin
  if v_generation.id is null or v_generation.deadline_at <= genbff.now() then
    return null;
  end if;
  update genbff.generations set lease_expires_at = genbff.now() + p_lease_ms * interval '1 millisecond'
   where id = p_generation_id;
  return jsonb_build_object('cancel_requested', v_generation.cancel_requested);
end $$;

-- ─── Work under a lease ─────────────────────────────────────────────────────

-- How long a provider must be left alone, in ms; 0: it may be asked. An open breaker lets one probe through per window,
-- over all processes: whoever asks first takes it.
create function genbff.provider_wait(p_provider text, p_now timestamptz) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_breaker genbff.breakers;
begin
  select * into v_breaker from genbff.breakers where provider = p_provider for update;
  if v_breaker.wait_until > p_now then
    return ceil(extract(epoch from v_breaker.wait_until - p_now) * 1000);
  elsif v_breaker.failures >= 5 then
    if v_breaker.open_until > p_now then
      return ceil(extract(epoch from v_breaker.open_until - p_now) * 1000);
    end if;
    update genbff.breakers set open_until = p_now + interval '30 seconds' where provider = p_provider;
  end if;
  return 0;
end $$;

-- What an answer says of the provider's health. `ok`: it works. `failed`: another failure in a row; five open the
-- breaker. `operator`: money or keys, which no repetition mends; it opens at once. A wait that it asked for is kept for
-- everybody.
create function genbff.note_health(p_provider text, p_health text, p_wait_ms bigint, p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  if p_health = 'ok' then
    update genbff.breakers set failures = 0, open_until = null where provider = p_provider and (failures > 0 or open_until is not null);
  elsif p_health = 'failed' then
    insert into genbff.breakers (provider, failures) values (p_provider, 1)
    on conflict (provider) do update
      set failures = genbff.breakers.failures + 1,
          open_until = case when genbff.breakers.failures + 1 >= 5 then p_now + interval '30 seconds' else genbff.breakers.open_until end;
  end if;
  if p_health = 'operator' then
    insert into genbff.breakers (provider, failures, open_until) values (p_provider, 5, p_now + interval '30 seconds')
    on conflict (provider) do update
      set failures = greatest(genbff.breakers.failures + 1, 5), open_until = p_now + interval '30 seconds';
  end if;
  if p_wait_ms > 0 then
    insert into genbff.breakers (provider, wait_until) values (p_provider, p_now + p_wait_ms * interval '1 millisecond')
    on conflict (provider) do update set wait_until = greatest(genbff.breakers.wait_until, excluded.wait_until);
  end if;
end $$;

-- Whether a submission has to look for a place: a later attempt, perhaps at another provider, did not come through the
-- claim. Those who came through it have their place, sent or not.
create function genbff.is_capped_again(g genbff.generations) returns boolean
language sql stable set search_path = '' as $$
  select g.attempt > 1 and exists (select 1 from genbff.caps where provider = g.provider)
$$;

-- The caps for such a submission. Who calls has passed the gate of the claim.
create function genbff.cap_wait(g genbff.generations, p_now timestamptz) returns bigint
language plpgsql set search_path = '' as $$
begin
  if not genbff.is_capped_again(g) then
    return 0;
  end if;
  if exists (
    select 1 from genbff.caps c
     cross join lateral (
       select count(*) filter (where o.attempt = 1 or a.intent_at is not null) as placed,
              count(*) filter (where o.attempt = 1 and a.intent_at is null) as unsent
         from genbff.generations o join genbff.attempts a on a.generation_id = o.id and a.attempt = o.attempt
        where o.status = 'processing' and o.provider = c.provider and o.id <> g.id and c.operation in ('*', o.operation)) others
     where c.provider = g.provider and c.operation in ('*', g.operation)
       and (c.concurrency <= others.placed
         or c.starts_per_minute <= others.unsent + genbff.sent_lately(c.provider, c.operation, p_now))) then
    return 1000;
  end if;
  return 0;
end $$;

-- The last commit before the request leaves, once per attempt. Null: the lease is lost. `go` is false where nothing may
-- be sent now: the user has cancelled, the deadline has passed, or the provider must be left alone for `wait_ms`.
-- p_call names this very call: where its answer was lost on the way, or came late, it is asked again, and nothing was
-- sent between. Each time the lease is renewed: the request leaves under a fresh one, or not at all.
create function public.genbff_intent(
  p_generation_id uuid, p_epoch bigint, p_request jsonb, p_digest text, p_call uuid default null, p_lease_ms bigint default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations;
  v_now timestamptz;
  v_wait bigint := 0;
begin
  -- Before the row, as a claim takes them: the other way round they would wait for each other, and a sweep for both.
  if (select genbff.is_capped_again(g) from genbff.generations g where g.id = p_generation_id) then
    perform genbff.pass_gate('claim');
  end if;
  v_generation := genbff.leased(p_generation_id, p_epoch);
  v_now := genbff.now();
  if v_generation.id is null then
    return null;
  end if;
  if v_generation.cancel_requested or v_generation.deadline_at <= v_now then
    return jsonb_build_object('go', false, 'generation', genbff.work_order(v_generation));
  end if;
  if p_lease_ms is not null then
    update genbff.generations set lease_expires_at = v_now + p_lease_ms * interval '1 millisecond'
     where id = p_generation_id returning * into v_generation;
  end if;
  update genbff.attempts set intent_at = v_now
   where generation_id = p_generation_id and attempt = v_generation.attempt and intent_call = p_call and outcome is null;
  if found then
    return jsonb_build_object('go', true, 'generation', genbff.work_order(v_generation));
  end if;
  v_wait := genbff.cap_wait(v_generation, v_now);
  if v_wait = 0 then
    v_wait := genbff.provider_wait(v_generation.provider, v_now);
  end if;
  if v_wait > 0 then
    return jsonb_build_object('go', false, 'wait_ms', v_wait, 'generation', genbff.work_order(v_generation));
  end if;
  update genbff.attempts
     set intent_at = v_now, intent_call = p_call, epoch = p_epoch, request = p_request, request_digest = p_digest
   where generation_id = p_generation_id and attempt = v_generation.attempt and intent_at is null and outcome is null;
  if not found then
    raise exception 'generation %: attempt % was already sent', p_generation_id, v_generation.attempt using errcode = 'restrict_violation';
  end if;
  return jsonb_build_object('go', true, 'generation', genbff.work_order(v_generation));
end $$;

-- Commits what one step found. Null: the lease is lost; nothing was written and nothing further may be done.
-- p_changes: step, stage, progress, job {key, data}, work and retries (merged), outcome, error and cost of the attempt,
-- `unsent` (nothing left this machine: the attempt may be sent again), `next_attempt` (certainly not bought: start the
-- next one, at `next_provider` where it is named), `health` and `wait_ms` (what this says of the provider), `attempt`
-- (which one this is about).
-- With p_delay_ms the lease is given back and the generation is due again after it: at once, and `heard`, where a webhook
-- or a cancellation came while this step was looking.
create function public.genbff_record(p_generation_id uuid, p_epoch bigint, p_changes jsonb, p_delay_ms bigint default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
  v_now timestamptz := genbff.now();
  v_next int;
  v_provider text;
  v_heard boolean;
  v_after genbff.generations;
begin
  if v_generation.id is null then
    return null;
  end if;
  -- The same call again, because its answer was lost on the way: the next attempt has begun already.
  if (p_changes ->> 'attempt')::int < v_generation.attempt then
    return genbff.work_order(v_generation) || '{"heard": false}';
  end if;
  v_heard := v_generation.nudged;
  v_next := v_generation.attempt;
  v_provider := coalesce(p_changes ->> 'next_provider', v_generation.provider);
  if coalesce((p_changes ->> 'next_attempt')::boolean, false) then
    perform genbff.next_attempt(v_generation, v_provider, p_epoch, p_changes ->> 'outcome', p_changes -> 'error', v_now);
    v_next := v_next + 1;
  else
    update genbff.attempts
       set outcome = coalesce(p_changes ->> 'outcome', outcome),
           error = coalesce(p_changes -> 'error', error),
           cost = coalesce(p_changes -> 'cost', cost),
           job = coalesce(p_changes -> 'job', job),
           job_key = coalesce(p_changes -> 'job' ->> 'key', job_key),
           intent_at = case when (p_changes ->> 'unsent')::boolean then null else intent_at end
     where generation_id = p_generation_id and attempt = v_generation.attempt;
  end if;
  -- The provider may have told of this job before we knew that it is ours.
  if p_changes -> 'job' ->> 'key' is not null and v_generation.job is null then
    perform genbff.lock_job(v_generation.provider, p_changes -> 'job' ->> 'key');
    update genbff.webhook_inbox set generation_id = p_generation_id
     where provider = v_generation.provider and job_key = p_changes -> 'job' ->> 'key' and generation_id is null;
    v_heard := v_heard or found;
  end if;
  update genbff.generations
     set attempt = v_next,
         provider = v_provider,
         candidates = array_remove(candidates, v_provider),
         step = coalesce(p_changes ->> 'step', step),
         stage = coalesce(p_changes ->> 'stage', stage),
         progress = coalesce((p_changes ->> 'progress')::int, progress),
         job = coalesce(p_changes -> 'job', job),
         work = work || coalesce(p_changes -> 'work', '{}'),
         retries = retries || coalesce(p_changes -> 'retries', '{}'),
         nudged = false,
         next_run_at = v_now + case when v_heard then 0 else coalesce(p_delay_ms, 0) end * interval '1 millisecond',
         lease_expires_at = case when p_delay_ms is null then lease_expires_at end
   where id = p_generation_id
  returning * into v_after;
  perform genbff.note_health(v_generation.provider, p_changes ->> 'health', (p_changes ->> 'wait_ms')::bigint, v_now);
  return genbff.work_order(v_after) || jsonb_build_object('heard', v_heard);
end $$;

-- A webhook and the commit of the job that it names either see each other, or come one after the other.
create function genbff.lock_job(p_provider text, p_job_key text) returns void
language sql set search_path = '' as $$
  select genbff.pass_gate('job ' || (hashtextextended(p_provider || ' ' || p_job_key, 0) & 63))
$$;

-- A provider's webhook, verified by the caller: written down once, and the generation is due now. Everything else the
-- provider is asked itself. Answered only after this commit. p_generation_id: it came to the address that was given to
-- the provider with this generation; p_payload: {job}, enough to adopt it.
create function public.genbff_webhook(
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

-- Takes the first of the candidates that no generation holds, for a submission whose answer got lost.
-- Identical requests are interchangeable; the unique index decides between two that look at once.
create function public.genbff_adopt(p_generation_id uuid, p_epoch bigint, p_candidates jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
  v_job jsonb;
begin
  if v_generation.id is null then
    return null;
  end if;
  for v_job in select value from jsonb_array_elements(p_candidates) loop
    continue when exists (select 1 from genbff.attempts where provider = v_generation.provider and job_key = v_job ->> 'key');
    begin
      update genbff.attempts set job = v_job, job_key = v_job ->> 'key', outcome = 'adopted'
       where generation_id = p_generation_id and attempt = v_generation.attempt;
    exception when unique_violation then
      continue;
    end;
    update genbff.orphans set state = 'adopted', resolved_at = genbff.now()
     where provider = v_generation.provider and job ->> 'key' = v_job ->> 'key' and state = 'open';
    update genbff.generations set step = 'submitted', job = v_job where id = p_generation_id returning * into v_generation;
    return jsonb_build_object('adopted', true, 'generation', genbff.work_order(v_generation));
  end loop;
  return jsonb_build_object('adopted', false);
end $$;

-- Insert-only and without a lease: a worker that lost its generation while the vendor answered still says what it
-- heard, so that the new owner can adopt it, or an operator sees it.
create function public.genbff_orphan(p_generation_id uuid, p_attempt int, p_job jsonb, p_reason text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_provider text;
begin
  -- Kept from retention, which may be taking it away.
  select a.provider into v_provider from genbff.attempts a join genbff.generations g on g.id = a.generation_id
   where a.generation_id = p_generation_id and a.attempt = p_attempt for key share of g;
  if not found or exists (select 1 from genbff.attempts where provider = v_provider and job_key = p_job ->> 'key') then
    return jsonb_build_object('recorded', false);
  end if;
  insert into genbff.orphans (generation_id, attempt, provider, job, reason)
  values (p_generation_id, p_attempt, v_provider, p_job, p_reason);
  return jsonb_build_object('recorded', true);
end $$;

-- ─── Ends ───────────────────────────────────────────────────────────────────

-- Locks the wallet first, then the generation: the one order everywhere.
create function genbff.lock_with_wallet(p_generation_id uuid) returns genbff.generations
language plpgsql set search_path = '' as $$
declare
  v_wallet_id text;
  v_generation genbff.generations;
begin
  select wallet_id into v_wallet_id from genbff.generations where id = p_generation_id;
  if found then
    perform genbff.lock_wallet(v_wallet_id);
    select * into v_generation from genbff.generations where id = p_generation_id for update;
  end if;
  return v_generation;
end $$;

-- The good end, in one transaction: what was stored becomes visible, what was delivered is paid, the rest comes back.
-- Null: the lease is lost. p_output: {value}, for an operation that gives JSON. p_assets: index, storage_key, asset_url, content_type, bytes, sha256, width, height, metadata.
create function public.genbff_finish(
  p_generation_id uuid, p_epoch bigint, p_assets jsonb, p_failures jsonb default '[]',
  p_output jsonb default null, p_children jsonb default '[]'
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.lock_with_wallet(p_generation_id);
  v_now timestamptz := genbff.now();
  v_delivered int;
  v_charge bigint;
  v_hold genbff.holds;
  v_children jsonb;
begin
  if v_generation.id is null or v_generation.lease_epoch <> p_epoch or v_generation.status <> 'processing'
     or v_generation.lease_expires_at is null then
    return null;
  end if;
  update public.assets a
     set status = 'complete', completed_at = v_now, storage_key = d.storage_key, asset_url = d.asset_url,
         content_type = d.content_type, bytes = d.bytes, sha256 = d.sha256, width = d.width, height = d.height,
         metadata = coalesce(d.metadata, '{}')
    from jsonb_to_recordset(p_assets) d(index int, storage_key text, asset_url text, content_type text, bytes bigint,
           sha256 text, width int, height int, metadata jsonb)
   where a.generation_id = p_generation_id and a.index = d.index;
  get diagnostics v_delivered = row_count;
  if v_delivered <> jsonb_array_length(p_assets)
     or (case when v_generation.output_kind = 'json' then p_output is null else v_delivered = 0 end) then
    raise exception 'generation %: % of % outputs can be delivered', p_generation_id, v_delivered, jsonb_array_length(p_assets);
  end if;
  update public.assets set status = 'failed', completed_at = v_now
   where generation_id = p_generation_id and status <> 'complete';

  v_charge := case when v_generation.price ->> 'per' = 'output'
    then (v_generation.price ->> 'unit')::bigint * v_delivered else v_generation.price_credits end;
  select * into v_hold from genbff.holds where generation_id = p_generation_id;
  if found then
    perform genbff.settle_hold(v_hold, 'captured', v_charge);
  end if;

  update genbff.attempts set outcome = coalesce(outcome, 'done'), finished_at = v_now
   where generation_id = p_generation_id and attempt = v_generation.attempt;
  -- Sold with the others and out of reach, or at a price that nobody heard: the operator's to look at.
  if v_generation.work ? 'broke_off' or p_failures @> '[{"code": "output_unavailable"}]' then
    insert into genbff.orphans (generation_id, attempt, provider, job, reason)
    values (p_generation_id, v_generation.attempt, v_generation.provider, v_generation.job,
      case when v_generation.work ? 'broke_off' then 'broke_off' else 'output_unavailable' end);
  end if;
  update genbff.generations
     set status = 'complete', step = 'settling', stage = null, progress = 100, charged = v_charge, failures = p_failures,
         output = p_output -> 'value', completed_at = v_now, next_run_at = null, lease_expires_at = null, lease_owner = null
   where id = p_generation_id
  returning * into v_generation;
  perform genbff.note_health(v_generation.provider, 'ok', null, v_now);
  v_children := genbff.insert_children(v_generation, p_children, v_now);
  return genbff.snapshot(v_generation) || jsonb_build_object('children', v_children, 'wake', genbff.next_to_wake(),
    'previews', genbff.preview_keys(p_generation_id));
end $$;

-- Every other end: the hold comes back whole. A submission that may have been sold and is not delivered is kept as
-- an orphan. The generation is locked by the caller, its wallet before it.
create function genbff.end_unpaid(
  g genbff.generations, p_status text, p_code text, p_details jsonb, p_failures jsonb, p_outcome text, p_error jsonb,
  p_cost jsonb default null
) returns genbff.generations
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
  v_hold genbff.holds;
  v_attempt genbff.attempts;
begin
  select * into v_hold from genbff.holds where generation_id = g.id;
  if found then
    perform genbff.settle_hold(v_hold, 'released', 0);
  end if;
  update public.assets set status = 'failed', completed_at = v_now where generation_id = g.id;

  update genbff.attempts
     set outcome = coalesce(p_outcome, outcome, case when intent_at is null then 'abandoned' else 'unknown' end),
         error = coalesce(p_error, error), cost = coalesce(p_cost, cost), finished_at = v_now
   where generation_id = g.id and attempt = g.attempt
  returning * into v_attempt;
  if v_attempt.intent_at is not null and v_attempt.outcome not in ('refused', 'failed') then
    insert into genbff.orphans (generation_id, attempt, provider, job, reason)
    values (g.id, g.attempt, v_attempt.provider, v_attempt.job, p_code);
  end if;

  update genbff.generations
     set status = p_status, stage = null, error_code = p_code, error_details = p_details, failures = p_failures,
         completed_at = v_now, next_run_at = null, lease_expires_at = null, lease_owner = null
   where id = g.id
  returning * into g;
  return g;
end $$;

-- p_outcome is what became of the submission: of refused and failed there is nothing left to find. p_cost is what the
-- provider charges all the same.
create function public.genbff_fail(
  p_generation_id uuid, p_epoch bigint, p_code text, p_details jsonb default null, p_failures jsonb default '[]',
  p_outcome text default null, p_error jsonb default null, p_health text default null, p_wait_ms bigint default null,
  p_cost jsonb default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.lock_with_wallet(p_generation_id);
begin
  if v_generation.id is null or v_generation.lease_epoch <> p_epoch or v_generation.status <> 'processing'
     or v_generation.lease_expires_at is null then
    return null;
  end if;
  v_generation := genbff.end_unpaid(v_generation, case when p_code = 'cancelled' then 'cancelled' else 'failed' end,
    p_code, p_details, p_failures, p_outcome, p_error, p_cost);
  perform genbff.note_health(v_generation.provider, p_health, p_wait_ms, genbff.now());
  return genbff.snapshot(v_generation) || jsonb_build_object('wake', genbff.next_to_wake(),
    'previews', genbff.preview_keys(p_generation_id));
end $$;

-- Answers what is true now. Waiting: it ends at once. Being made: the worker is told, and asks the provider.
create function public.genbff_cancel(p_user_id text, p_generation_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.lock_with_wallet(p_generation_id);
begin
  if v_generation.id is null or v_generation.user_id <> p_user_id then
    perform genbff.refuse(404, 'not_found');
  end if;
  if v_generation.status = 'pending' then
    v_generation := genbff.end_unpaid(v_generation, 'cancelled', 'cancelled', null, '[]', null, null);
  elsif v_generation.status = 'processing' then
    update genbff.generations set cancel_requested = true, nudged = true, next_run_at = genbff.now()
     where id = p_generation_id returning * into v_generation;
  elsif v_generation.status <> 'cancelled' then
    perform genbff.refuse(409, 'not_cancellable', jsonb_build_object('status', v_generation.status));
  end if;
  return jsonb_build_object('generation_id', v_generation.id, 'status', v_generation.status,
    'cancel_requested', v_generation.cancel_requested);
end $$;

-- Ends what is past its deadline and in nobody's hands, and names what is due. Any number of processes may sweep.
-- `leftovers`: work orders of what was ended after it was sent; whoever hears of them takes its objects out of storage.
create function public.genbff_sweep(p_count int) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid;
  v_generation genbff.generations;
  v_ended jsonb := '[]';
  v_full text[] := genbff.full_pairs(genbff.now());
  v_leftovers jsonb := '[]';
begin
  for v_id in
    select id from genbff.generations
     where status in ('pending', 'processing') and deadline_at <= genbff.now()
       and (lease_expires_at is null or lease_expires_at <= genbff.now())
     order by wallet_id, id limit p_count
  loop
    v_generation := genbff.lock_with_wallet(v_id);
    continue when v_generation.completed_at is not null or v_generation.lease_expires_at > genbff.now();
    v_generation := genbff.end_unpaid(v_generation, 'failed', 'timeout', null, '[]', null, null);
    v_ended := v_ended || to_jsonb(v_id);
    if v_generation.attempt > 0 then
      v_leftovers := v_leftovers || genbff.work_order(v_generation);
    end if;
  end loop;
  -- Of those who wait a few are enough: any waiting id gives its worker the next in turn. None where nothing may start:
  -- whoever ends one wakes the next.
  return jsonb_build_object('ended', v_ended, 'leftovers', v_leftovers, 'due', (
    select coalesce(jsonb_agg(id), '[]') from (
      (select id from genbff.generations
        where status = 'processing' and next_run_at <= genbff.now() and (lease_expires_at is null or lease_expires_at <= genbff.now())
        order by next_run_at limit p_count)
      union all
      (select id from genbff.generations
        where status = 'pending' and next_run_at <= genbff.now()
          and provider || '/*' <> all (v_full) and provider || '/' || operation <> all (v_full)
        order by next_run_at limit least(p_count, 32))) due));
end $$;

-- ─── Retention ──────────────────────────────────────────────────────────────

-- Takes away what nobody needs any more: large fields of what has ended first, whole rows later. Assets and their
-- generations stay, and the ledger is never touched. `more`: this batch was full, ask again.
create function public.genbff_retain(p_large_ms bigint, p_rows_ms bigint, p_count int default 500) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
  v_large timestamptz := v_now - p_large_ms * interval '1 millisecond';
  v_rows timestamptz := v_now - p_rows_ms * interval '1 millisecond';
  v_more boolean := false;
  v_generations int;
  v_events int;
  v_count int;
begin
  update genbff.attempts set request = null
   where (generation_id, attempt) in (
     select a.generation_id, a.attempt from genbff.attempts a join genbff.generations g on g.id = a.generation_id
      where g.completed_at < v_large and a.request is not null limit p_count);
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;
  update genbff.generations set work = '{}'
   where id in (select id from genbff.generations where completed_at < v_large and work <> '{}' limit p_count);
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;
  update genbff.webhook_inbox set payload = '{}'
   where (provider, event_id) in (select provider, event_id from genbff.webhook_inbox where received_at < v_large and payload <> '{}' limit p_count);
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;

  -- Asked twice: a start may have made an expired key its own since it was chosen here. And a minute late: a start that
  -- read the clock just before the end still finds its key.
  delete from genbff.idempotency_keys where expires_at <= v_now - interval '1 minute' and (user_id, key) in (
    select user_id, key from genbff.idempotency_keys where expires_at <= v_now - interval '1 minute' limit p_count);
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;
  delete from genbff.quotes where id in (select id from genbff.quotes where expires_at <= v_now - interval '1 day' limit p_count);
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;
  delete from genbff.operator_alerts where about in (select about from genbff.operator_alerts where alerted_at < v_rows limit p_count)
     and alerted_at < v_rows;
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;
  delete from genbff.webhook_inbox where (provider, event_id) in (
    select provider, event_id from genbff.webhook_inbox where received_at < v_rows limit p_count);
  get diagnostics v_count = row_count;
  v_more := v_more or v_count = p_count;
  -- Nothing was delivered and nothing is open: the row, its attempts and events go. An open orphan keeps them.
  delete from genbff.generations where id in (
    select g.id from genbff.generations g
     where g.completed_at < v_rows and g.status in ('failed', 'cancelled')
       and not exists (select 1 from genbff.orphans o where o.generation_id = g.id and o.state = 'open') limit p_count);
  get diagnostics v_generations = row_count;
  with swept as (
    update genbff.generations set events_swept = true
     where id in (select id from genbff.generations where completed_at < v_rows and not events_swept limit p_count)
    returning id),
  gone as (delete from genbff.events where generation_id in (select id from swept) returning 1)
  select (select count(*) from swept), (select count(*) from gone) into v_count, v_events;
  v_more := v_more or v_generations = p_count or v_count = p_count;
  return jsonb_build_object('generations', v_generations, 'events', v_events, 'more', v_more);
end $$;

select genbff.close_doors();
