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

-- One transaction, in this order: wallet → idempotency key → task → limits → hold, generation, assets, event.
create function public.genbff_start(
  p_user_id text, p_wallet_id text, p_task_id text, p_operation text, p_provider text, p_input jsonb, p_sources jsonb,
  p_prompt text, p_style text, p_style_version int, p_output_kind text, p_outputs int, p_price jsonb, p_quote_id uuid,
  p_idempotency_key text, p_digest text, p_retry_of uuid, p_limits jsonb
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_now timestamptz;
  v_known genbff.idempotency_keys;
  v_task genbff.tasks;
  v_price jsonb;
  v_credits bigint;
  v_generation genbff.generations;
  v_first_file int;
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
  if (select count(*) from (select 1 from genbff.generations where status = 'pending'
       limit (p_limits ->> 'queue_depth')::int) waiting) >= (p_limits ->> 'queue_depth')::int then
    perform genbff.refuse(503, 'queue_full', '{"retry_after_s": 15}');
  end if;

  v_price := genbff.agreed_price(p_user_id, p_operation, p_provider, p_price, p_quote_id, v_now);
  v_credits := genbff.whole_credits((v_price ->> 'credits')::numeric, 0);

  insert into genbff.generations
    (task_id, user_id, wallet_id, retry_of, operation, provider, input, sources, prompt, style_version, output_kind, outputs,
     price, price_credits, max_attempts, next_run_at, deadline_at, created_at)
  values
    (p_task_id, p_user_id, p_wallet_id, p_retry_of, p_operation, p_provider, p_input, p_sources, p_prompt, p_style_version,
     p_output_kind, p_outputs, v_price, v_credits, (p_limits ->> 'attempts')::int, v_now,
     v_now + (p_limits ->> 'deadline_ms')::bigint * interval '1 millisecond', v_now)
  returning * into v_generation;
  -- A generation that costs nothing has no hold, and the same life.
  if v_credits > 0 then
    perform genbff.place_hold(p_wallet_id, v_credits, 'generation:' || v_generation.id, v_generation.id, null, null);
  end if;

  if p_output_kind <> 'json' then
    update genbff.tasks
       set image_count = image_count + case when p_output_kind = 'image' then p_outputs else 0 end,
           model_count = model_count + case when p_output_kind = 'model' then p_outputs else 0 end
     where task_id = p_task_id
    returning case when p_output_kind = 'image' then image_count else model_count end - p_outputs into v_first_file;
    insert into public.assets
      (task_id, generation_id, user_id, kind, prompt, style, index, file_index, source_asset_id, source_input_asset_id)
    select p_task_id, v_generation.id, p_user_id, p_output_kind, p_input ->> 'prompt', p_style, i, v_first_file + i,
           (p_sources -> 0 ->> 'asset_id')::uuid, (p_sources -> 0 ->> 'input_asset_id')::uuid
      from generate_series(0, p_outputs - 1) i;
  end if;

  v_response := jsonb_build_object('task_id', p_task_id, 'generation_id', v_generation.id, 'status', 'pending', 'held', v_credits);
  if p_idempotency_key is not null then
    insert into genbff.idempotency_keys (user_id, key, digest, generation_id, response, expires_at)
    values (p_user_id, p_idempotency_key, p_digest, v_generation.id, v_response, v_now + interval '24 hours')
    on conflict (user_id, key) do update
      set digest = excluded.digest, generation_id = excluded.generation_id, response = excluded.response, expires_at = excluded.expires_at;
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

-- The only way from pending to processing: the next in turn, each with its first attempt and a lease.
create function public.genbff_claim(p_worker text, p_count int, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_id uuid;
  v_now timestamptz;
  v_generation genbff.generations;
  v_claimed jsonb := '[]';
begin
  for v_id in
    select id from genbff.generations
     where status = 'pending' and next_run_at <= genbff.now() and deadline_at > genbff.now()
     order by created_at, id limit p_count for update skip locked
  loop
    v_now := genbff.now();
    update genbff.generations
       set status = 'processing', step = 'intent', stage = null, attempt = 1, started_at = v_now, next_run_at = v_now,
           lease_owner = p_worker, lease_epoch = lease_epoch + 1, lease_expires_at = v_now + p_lease_ms * interval '1 millisecond'
     where id = v_id
    returning * into v_generation;
    insert into genbff.attempts (generation_id, attempt, provider, epoch)
    values (v_id, 1, v_generation.provider, v_generation.lease_epoch);
    update public.assets set status = 'processing' where generation_id = v_id;
    v_claimed := v_claimed || genbff.work_order(v_generation);
  end loop;
  return v_claimed;
end $$;

-- Closes the current attempt and opens the next; the caller moves generations.attempt in the same transaction.
create function genbff.next_attempt(g genbff.generations, p_epoch bigint, p_outcome text, p_error jsonb, p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update genbff.attempts set outcome = p_outcome, error = p_error, finished_at = p_now
   where generation_id = g.id and attempt = g.attempt;
  insert into genbff.attempts (generation_id, attempt, provider, epoch) values (g.id, g.attempt + 1, g.provider, p_epoch);
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
    perform genbff.next_attempt(v_generation, v_generation.lease_epoch + 1, 'abandoned', null, v_now);
    v_generation.attempt := v_generation.attempt + 1;
  end if;
  update genbff.generations
     set attempt = v_generation.attempt, lease_owner = p_worker, lease_epoch = lease_epoch + 1,
         lease_expires_at = v_now + p_lease_ms * interval '1 millisecond'
   where id = p_generation_id
  returning * into v_generation;
  return jsonb_build_object('state', 'leased', 'exhausted', v_exhausted, 'generation', genbff.work_order(v_generation));
end $$;

-- What a worker calls with an id it was woken for. A waiting id gives it the next in turn, which may be another one.
create function public.genbff_take(p_generation_id uuid, p_worker text, p_lease_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
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
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
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

-- The last commit before the request leaves, once per attempt. Null: the lease is lost. `go` is false where the
-- user has cancelled or the deadline has passed: then nothing is sent.
create function public.genbff_intent(p_generation_id uuid, p_epoch bigint, p_request jsonb, p_digest text) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
  v_now timestamptz := genbff.now();
begin
  if v_generation.id is null then
    return null;
  end if;
  if v_generation.cancel_requested or v_generation.deadline_at <= v_now then
    return jsonb_build_object('go', false, 'generation', genbff.work_order(v_generation));
  end if;
  update genbff.attempts
     set intent_at = v_now, epoch = p_epoch, request = p_request, request_digest = p_digest
   where generation_id = p_generation_id and attempt = v_generation.attempt and intent_at is null and outcome is null;
  if not found then
    raise exception 'generation %: attempt % was already sent', p_generation_id, v_generation.attempt using errcode = 'restrict_violation';
  end if;
  return jsonb_build_object('go', true, 'generation', genbff.work_order(v_generation));
end $$;

-- Commits what one step found. Null: the lease is lost; nothing was written and nothing further may be done.
-- p_changes: step, stage, progress, job {key, data}, work and retries (merged), outcome and error of the attempt,
-- `unsent` (nothing left this machine: the attempt may be sent again), `next_attempt` (refused: start the next one).
-- With p_delay_ms the lease is given back and the generation is due again after it.
create function public.genbff_record(p_generation_id uuid, p_epoch bigint, p_changes jsonb, p_delay_ms bigint default null) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
  v_now timestamptz := genbff.now();
  v_next int;
begin
  if v_generation.id is null then
    return null;
  end if;
  v_next := v_generation.attempt;
  if coalesce((p_changes ->> 'next_attempt')::boolean, false) then
    perform genbff.next_attempt(v_generation, p_epoch, p_changes ->> 'outcome', p_changes -> 'error', v_now);
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
  update genbff.generations
     set attempt = v_next,
         step = coalesce(p_changes ->> 'step', step),
         stage = coalesce(p_changes ->> 'stage', stage),
         progress = coalesce((p_changes ->> 'progress')::int, progress),
         job = coalesce(p_changes -> 'job', job),
         work = work || coalesce(p_changes -> 'work', '{}'),
         retries = retries || coalesce(p_changes -> 'retries', '{}'),
         next_run_at = v_now + coalesce(p_delay_ms, 0) * interval '1 millisecond',
         lease_expires_at = case when p_delay_ms is null then lease_expires_at end
   where id = p_generation_id
  returning * into v_generation;
  return genbff.work_order(v_generation);
end $$;

-- Takes the first of the candidates that no generation holds, for a submission whose answer got lost.
-- Identical requests are interchangeable; the unique index decides between two that look at once.
create function public.genbff_adopt(p_generation_id uuid, p_epoch bigint, p_candidates jsonb) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
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
  select provider into v_provider from genbff.attempts where generation_id = p_generation_id and attempt = p_attempt;
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
-- Null: the lease is lost. p_assets: index, storage_key, asset_url, content_type, bytes, sha256, width, height, metadata.
create function public.genbff_finish(
  p_generation_id uuid, p_epoch bigint, p_assets jsonb, p_failures jsonb default '[]', p_cost jsonb default null
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_generation genbff.generations := genbff.lock_with_wallet(p_generation_id);
  v_now timestamptz := genbff.now();
  v_delivered int;
  v_charge bigint;
  v_hold_id uuid;
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
  if v_delivered = 0 or v_delivered <> jsonb_array_length(p_assets) then
    raise exception 'generation %: % of % outputs can be delivered', p_generation_id, v_delivered, jsonb_array_length(p_assets);
  end if;
  update public.assets set status = 'failed', completed_at = v_now
   where generation_id = p_generation_id and status <> 'complete';

  v_charge := case when v_generation.price ->> 'per' = 'output'
    then (v_generation.price ->> 'unit')::bigint * v_delivered else v_generation.price_credits end;
  select id into v_hold_id from genbff.holds where generation_id = p_generation_id;
  if found then
    perform genbff.settle_hold(v_hold_id, 'captured', v_charge);
  end if;

  update genbff.attempts set outcome = coalesce(outcome, 'done'), cost = coalesce(p_cost, cost), finished_at = v_now
   where generation_id = p_generation_id and attempt = v_generation.attempt;
  update genbff.generations
     set status = 'complete', step = 'settling', stage = null, progress = 100, charged = v_charge, failures = p_failures,
         completed_at = v_now, next_run_at = null, lease_expires_at = null, lease_owner = null
   where id = p_generation_id
  returning * into v_generation;
  return genbff.snapshot(v_generation);
end $$;

-- Every other end: the hold comes back whole. A submission that may have been sold and is not delivered is kept as
-- an orphan. The generation is locked by the caller, its wallet before it.
create function genbff.end_unpaid(
  g genbff.generations, p_status text, p_code text, p_details jsonb, p_failures jsonb, p_outcome text, p_error jsonb
) returns genbff.generations
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
  v_hold_id uuid;
  v_attempt genbff.attempts;
begin
  select id into v_hold_id from genbff.holds where generation_id = g.id;
  if found then
    perform genbff.settle_hold(v_hold_id, 'released', 0);
  end if;
  update public.assets set status = 'failed', completed_at = v_now where generation_id = g.id;

  update genbff.attempts
     set outcome = coalesce(p_outcome, outcome, case when intent_at is null then 'abandoned' else 'unknown' end),
         error = coalesce(p_error, error), finished_at = v_now
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

-- p_outcome is what became of the submission: refused and failed are certain not to be owed.
create function public.genbff_fail(
  p_generation_id uuid, p_epoch bigint, p_code text, p_details jsonb default null, p_failures jsonb default '[]',
  p_outcome text default null, p_error jsonb default null
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_generation genbff.generations := genbff.lock_with_wallet(p_generation_id);
begin
  if v_generation.id is null or v_generation.lease_epoch <> p_epoch or v_generation.status <> 'processing'
     or v_generation.lease_expires_at is null then
    return null;
  end if;
  return genbff.snapshot(genbff.end_unpaid(v_generation, case when p_code = 'cancelled' then 'cancelled' else 'failed' end,
    p_code, p_details, p_failures, p_outcome, p_error));
end $$;

-- Answers what is true now. Waiting: it ends at once. Being made: the worker is told, and asks the provider.
create function public.genbff_cancel(p_user_id text, p_generation_id uuid) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_generation genbff.generations := genbff.lock_with_wallet(p_generation_id);
begin
  if v_generation.id is null or v_generation.user_id <> p_user_id then
    perform genbff.refuse(404, 'not_found');
  end if;
  if v_generation.status = 'pending' then
    v_generation := genbff.end_unpaid(v_generation, 'cancelled', 'cancelled', null, '[]', null, null);
  elsif v_generation.status = 'processing' then
    update genbff.generations set cancel_requested = true, next_run_at = genbff.now()
     where id = p_generation_id returning * into v_generation;
  elsif v_generation.status <> 'cancelled' then
    perform genbff.refuse(409, 'not_cancellable', jsonb_build_object('status', v_generation.status));
  end if;
  return jsonb_build_object('generation_id', v_generation.id, 'status', v_generation.status,
    'cancel_requested', v_generation.cancel_requested);
end $$;

-- Ends what is past its deadline and in nobody's hands, and names what is due. Any number of processes may sweep.
create function public.genbff_sweep(p_count int) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  v_id uuid;
  v_generation genbff.generations;
  v_ended jsonb := '[]';
begin
  for v_id in
    select id from genbff.generations
     where status in ('pending', 'processing') and deadline_at <= genbff.now()
       and (lease_expires_at is null or lease_expires_at <= genbff.now())
     order by wallet_id, id limit p_count
  loop
    v_generation := genbff.lock_with_wallet(v_id);
    continue when v_generation.completed_at is not null or v_generation.lease_expires_at > genbff.now();
    perform genbff.end_unpaid(v_generation, 'failed', 'timeout', null, '[]', null, null);
    v_ended := v_ended || to_jsonb(v_id);
  end loop;
  return jsonb_build_object('ended', v_ended, 'due', (
    select coalesce(jsonb_agg(id order by next_run_at), '[]') from (
      select id, next_run_at from genbff.generations
       where status in ('pending', 'processing') and next_run_at <= genbff.now()
         and (lease_expires_at is null or lease_expires_at <= genbff.now())
       order by next_run_at limit p_count) due));
end $$;

select genbff.close_doors();
