-- Outputs that are not kept: `temporaryUrls()`. What a vendor left behind a URL is handed on and has no object of ours;
-- what came as bytes lies in storage for a while. Both have an end, `expires_at`, from which on no URL of them is told.

alter table public.assets add column expires_at timestamptz;
alter table public.assets drop constraint assets_complete_is_stored;
-- What was delivered is known for good. Where it lies is known as long as it is kept: for ever, or until it has expired.
alter table public.assets add constraint assets_complete_is_stored check
  ((status = 'complete') = (sha256 is not null and bytes is not null and content_type is not null
     and (expires_at is not null or (storage_key is not null and asset_url is not null))));
-- A URL without an object of ours says how long it works.
alter table public.assets add constraint assets_handed_on_expires check
  (storage_key is not null or asset_url is null or expires_at is not null);
create index assets_expiring on public.assets (expires_at) where expires_at is not null and asset_url is not null;

-- ─── Writing ────────────────────────────────────────────────────────────────

-- As in 0003, with the end of what is not kept.
create or replace function public.genbff_finish(
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
         metadata = coalesce(d.metadata, '{}'), expires_at = d.expires_at
    from jsonb_to_recordset(p_assets) d(index int, storage_key text, asset_url text, content_type text, bytes bigint,
           sha256 text, width int, height int, metadata jsonb, expires_at timestamptz)
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

-- ─── Reading ────────────────────────────────────────────────────────────────

-- As in 0005; what has expired is told without its URL.
create or replace function genbff.delivered_assets(p_generation_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'asset_id', a.id, 'kind', a.kind, 'index', a.index, 'storage_key', a.storage_key, 'asset_url', a.asset_url,
      'content_type', a.content_type, 'bytes', a.bytes, 'width', a.width, 'height', a.height, 'metadata', a.metadata
    ) || case when a.expires_at is null then jsonb '{}'
         when a.expires_at > genbff.now() then jsonb_build_object('expires_at', a.expires_at)
         else jsonb_build_object('expires_at', a.expires_at, 'storage_key', null, 'asset_url', null) end
    order by a.index), '[]')
    from public.assets a where a.generation_id = p_generation_id and a.status = 'complete'
$$;

-- As in 0005: a thumbnail is one that can still be seen, by its key or, where it was handed on, by its URL.
create or replace function public.genbff_tasks(p_user_id text, p_limit int, p_before jsonb default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  with page as (
    select * from genbff.tasks t
     where t.user_id = p_user_id
       and (p_before is null or t.updated_at < (p_before ->> 'updated_at')::timestamptz
            or (t.updated_at = (p_before ->> 'updated_at')::timestamptz and t.task_id > p_before ->> 'task_id'))
     order by t.updated_at desc, t.task_id
     limit p_limit + 1)
  select coalesce(jsonb_agg(jsonb_build_object(
      'task_id', p.task_id, 'created_at', p.created_at, 'updated_at', p.updated_at,
      'generations', c.total, 'open', c.open, 'latest', l.latest, 'thumbnail_key', k.storage_key, 'thumbnail_url', k.asset_url
    ) order by p.updated_at desc, p.task_id), '[]')
    from page p
    cross join lateral (
      select count(*) as total, count(*) filter (where g.completed_at is null) as open
        from genbff.generations g where g.task_id = p.task_id) c
    left join lateral (
      select jsonb_build_object('generation_id', g.id, 'operation', g.operation, 'status', g.status) as latest
        from genbff.generations g where g.task_id = p.task_id order by g.created_at desc, g.id desc limit 1) l on true
    left join lateral (
      select a.storage_key, case when a.storage_key is null then a.asset_url end as asset_url from public.assets a
       where a.task_id = p.task_id and a.kind = 'image' and a.status = 'complete'
         and (a.expires_at is null or a.expires_at > genbff.now())
       order by a.completed_at desc, a.index limit 1) k on true
$$;

-- As in 0005: where a file lies, until when, and who could be asked for a new URL of one that was handed on.
create or replace function public.genbff_asset(p_user_id text, p_asset_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_found jsonb;
begin
  select to_jsonb(f) into v_found from (
    select a.id as asset_id, a.storage_key, a.asset_url, a.expires_at, a.expires_at <= genbff.now() as expired,
           case when a.storage_key is null then
             jsonb_build_object('operation', g.operation, 'provider', g.provider, 'job', g.job, 'index', a.index) end as origin
      from public.assets a join genbff.generations g on g.id = a.generation_id
     where a.id = genbff.uuid_or_null(p_asset_id) and a.user_id = p_user_id and a.status = 'complete'
    union all
    select i.id, i.storage_key, i.asset_url, null, null, null from public.input_assets i
     where i.id = genbff.uuid_or_null(p_asset_id) and i.user_id = p_user_id and i.status = 'complete') f;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return v_found;
end $$;

-- As in 0011: an output that was handed on has a URL and no key; one that has expired is told as such.
create or replace function public.genbff_find_inputs(p_user_id text, p_refs jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  with refs as (
    select r.ref, genbff.uuid_or_null(r.id) as id, r.storage_key
      from jsonb_to_recordset(p_refs) r(ref text, id text, storage_key text))
  select coalesce(jsonb_agg(found), '[]') from (
    select jsonb_build_object('ref', r.ref, 'asset_id', a.id, 'input_asset_id', null, 'status', a.status,
             'type', a.kind, 'storage_key', a.storage_key, 'content_type', a.content_type, 'bytes', a.bytes,
             'sha256', a.sha256, 'width', a.width, 'height', a.height, 'asset_url', a.asset_url,
             'expired', a.expires_at is not null and a.expires_at <= genbff.now()) as found
      from refs r join public.assets a on (a.id = r.id or a.storage_key = r.storage_key)
     where a.user_id = p_user_id and a.status = 'complete'
    union all
    select genbff.input_view(i) || jsonb_build_object('ref', r.ref, 'asset_id', null)
      from refs r join public.input_assets i on (i.id = r.id or i.storage_key = r.storage_key)
     where i.user_id = p_user_id and i.storage_key is not null) f
$$;

-- ─── Expiry ─────────────────────────────────────────────────────────────────

-- A vendor's fresh URL of an output that was handed on. Null: there is no such output of this user's any more.
create function public.genbff_renew_asset(p_user_id text, p_asset_id uuid, p_url text, p_live_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_asset public.assets;
begin
  update public.assets set asset_url = p_url, expires_at = genbff.now() + p_live_ms * interval '1 millisecond'
   where id = p_asset_id and user_id = p_user_id and status = 'complete' and storage_key is null
  returning * into v_asset;
  if not found then
    return null;
  end if;
  return jsonb_build_object('asset_url', v_asset.asset_url, 'expires_at', v_asset.expires_at);
end $$;

-- The objects whose time is over: outputs that have expired, and inputs that came in so long ago. Those that an open
-- generation works on stay. A start that found one just before its end has p_grace_ms to be written.
create function public.genbff_expired_files(p_inputs_ms bigint, p_grace_ms bigint, p_count int) returns jsonb
language sql stable security definer set search_path = '' as $$
  with used as (
    select s.value ->> 'asset_id' as asset_id, s.value ->> 'input_asset_id' as input_asset_id
      from genbff.generations g, jsonb_array_elements(g.sources) s
     where g.status in ('pending', 'processing')),
  due as (
    (select a.id, a.storage_key from public.assets a
      where a.expires_at <= genbff.now() - p_grace_ms * interval '1 millisecond' and a.asset_url is not null
        and a.id::text not in (select u.asset_id from used u where u.asset_id is not null)
      order by a.expires_at limit p_count)
    union all
    (select i.id, i.storage_key from public.input_assets i
      where i.status = 'complete' and i.storage_key is not null
        and i.completed_at <= genbff.now() - (p_inputs_ms + p_grace_ms) * interval '1 millisecond'
        and i.id::text not in (select u.input_asset_id from used u where u.input_asset_id is not null)
      order by i.completed_at limit p_count))
  select coalesce(jsonb_agg(to_jsonb(due)), '[]') from due
$$;
create index input_assets_complete on public.input_assets (completed_at) where status = 'complete' and storage_key is not null;

-- Their objects are gone: nothing leads there any more. What they were stays known.
create function public.genbff_forget_files(p_ids jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_ids uuid[] := array(select jsonb_array_elements_text(p_ids)::uuid);
  v_forgotten int;
  v_inputs int;
begin
  with forgotten as (
    update public.assets set asset_url = null
     where id = any (v_ids) and expires_at <= genbff.now() and asset_url is not null
    returning generation_id),
  -- The vendors' URLs were noted with the work, too.
  cleared as (
    update genbff.generations set work = '{}'
     where id in (select generation_id from forgotten) and completed_at is not null and work <> '{}')
  select count(*) into v_forgotten from forgotten;
  update public.input_assets set status = 'failed', storage_key = null
   where id = any (v_ids) and status = 'complete';
  get diagnostics v_inputs = row_count;
  return jsonb_build_object('forgotten', v_forgotten + v_inputs);
end $$;

select genbff.close_doors();
