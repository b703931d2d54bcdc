-- Streams that tell of what retention has swept, movements that say whether they are repeats, starts that are known again
-- also where a default is written out, and the pages of the webhooks that were given up.

-- ─── Watching ───────────────────────────────────────────────────────────────

-- Where a stream starts: what it is of, and each generation as it is now, in the order of their latest events. What is
-- swept comes first: it is the oldest. p_after is the id that the reader saw last; `resumes` says whether everything after
-- it is still there to be told one by one. Where it is not, the stream begins with what is true now.
drop function public.genbff_stream(text, text);
create function public.genbff_stream(p_user_id text, p_id text, p_after bigint default null) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_generation genbff.generations;
  v_task genbff.tasks;
  v_last bigint;
  v_kept bigint;
begin
  select * into v_generation from genbff.generations where id = genbff.uuid_or_null(p_id) and user_id = p_user_id;
  if not found then
    select * into v_task from genbff.tasks where task_id = p_id and user_id = p_user_id;
    if not found then
      perform genbff.refuse(404, 'not_found');
    end if;
  end if;
  v_last := coalesce(v_generation.version, v_task.event_seq);
  -- Both counters go up by one an event, so what is missing after the reader's last is counted.
  if p_after <= v_last then
    if v_generation.id is null then
      select count(*) into v_kept from genbff.events where task_id = v_task.task_id and seq > p_after;
    else
      select count(*) into v_kept from genbff.events where generation_id = v_generation.id and version > p_after;
    end if;
  end if;
  return jsonb_build_object(
    'task_id', coalesce(v_generation.task_id, v_task.task_id), 'generation_id', v_generation.id,
    'last_id', v_last, 'ended', v_generation.completed_at is not null,
    'resumes', coalesce(v_kept = v_last - p_after, false),
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object(
          -- Whoever has read the last of them has read everything up to now, also where its own event is swept.
          'seq', case when n.place = n.places and v_generation.id is null then v_last else n.seq end,
          'version', n.version, 'snapshot', genbff.with_assets(n.snapshot)) order by n.place), '[]')
        from (
          select coalesce(e.seq, 0) as seq, g.version, coalesce(e.snapshot, genbff.snapshot(g)) as snapshot,
                 row_number() over (order by e.seq nulls first, g.created_at, g.id) as place, count(*) over () as places
            from genbff.generations g
            left join genbff.events e on e.generation_id = g.id and e.version = g.version
           where case when v_generation.id is null then g.task_id = v_task.task_id else g.id = v_generation.id end) n));
end $$;

-- ─── Movements that are repeated ────────────────────────────────────────────

-- As before, and each says whether its key had made it already.
create or replace function public.genbff_grant(
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
  v_replayed boolean;
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
  v_replayed := v_entry.id is not null;
  if not v_replayed then
    v_entry := genbff.add_lot(v_wallet, 'grant', v_amount, v_key, v_request, p_source, p_priority, v_now + v_expires_in,
      p_actor, coalesce(p_reason, p_source), v_now);
  end if;
  return genbff.granted(v_entry) || jsonb_build_object('replayed', v_replayed);
end $$;

create or replace function public.genbff_refund(
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
    return to_jsonb(v_entry) || '{"replayed": true}';
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
  return to_jsonb(v_entry) || '{"replayed": false}';
end $$;

create or replace function public.genbff_adjust(
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
    return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount, 'replayed', true);
  end if;
  if v_amount > 0 then
    v_first := genbff.add_lot(v_wallet, 'adjustment', v_amount, v_key, v_request, 'adjustment', 100, null, p_actor, p_reason, v_now);
    return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount, 'replayed', false);
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
  return jsonb_build_object('transaction_id', v_first.id, 'amount', v_amount, 'replayed', false);
end $$;

-- ─── Starts that are repeated ───────────────────────────────────────────────

-- A digest is one or two, with a comma between: of the request as it was sent, and of the request as it was understood. The
-- same request agrees in one of them.
create function genbff.same_request(p_known text, p_asked text) returns boolean
language sql immutable set search_path = '' as $$
  select string_to_array(p_known, ',') && string_to_array(p_asked, ',')
$$;

-- As before, with that comparison.
create or replace function public.genbff_replay(p_user_id text, p_idempotency_key text, p_digest text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_known genbff.idempotency_keys;
begin
  select * into v_known from genbff.idempotency_keys
   where user_id = p_user_id and key = p_idempotency_key and expires_at > genbff.now();
  if not found then
    return null;
  end if;
  if not genbff.same_request(v_known.digest, p_digest) then
    perform genbff.refuse(422, 'idempotency_key_reused');
  end if;
  return v_known.response || '{"replayed": true}';
end $$;

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
      if not genbff.same_request(v_known.digest, p_digest) then
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

-- ─── Webhooks that were given up ────────────────────────────────────────────

-- What was given up, the newest first. p_before is {given_up_at, id} of the last row seen.
drop function public.genbff_given_up_webhooks(int);
create function public.genbff_given_up_webhooks(p_count int default 100, p_before jsonb default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'event_id', o.event_id, 'type', o.type, 'about', o.about,
      'tries', o.tries, 'error', o.error, 'created_at', o.created_at, 'given_up_at', o.ended_at) order by o.ended_at desc, o.id desc), '[]')
    from (select * from genbff.webhook_outbox
           where state = 'given_up' and ended_at is not null
             and (p_before is null or ended_at < (p_before ->> 'given_up_at')::timestamptz
                  or (ended_at = (p_before ->> 'given_up_at')::timestamptz and id < (p_before ->> 'id')::bigint))
           order by ended_at desc, id desc limit greatest(1, least(p_count, 1000))) o
$$;

select genbff.close_doors();
