-- Streams that tell of what retention has swept, movements that say whether they are repeats, and the pages of the
-- webhooks that were given up.

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
