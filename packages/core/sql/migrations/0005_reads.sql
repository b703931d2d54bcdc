-- What clients may read, and the uploads they make. Every function filters on the user itself: another user's row is
-- as absent as one that never was, and both answer not_found.

-- Ids come from URLs as text: what is not a uuid names nothing, and is no error of the cast.
create function genbff.uuid_or_null(p_text text) returns uuid
language sql immutable set search_path = '' as $$
  select case when p_text ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then p_text::uuid end
$$;

-- ─── One generation ─────────────────────────────────────────────────────────

create function genbff.delivered_assets(p_generation_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'asset_id', a.id, 'kind', a.kind, 'index', a.index, 'storage_key', a.storage_key, 'asset_url', a.asset_url,
      'content_type', a.content_type, 'bytes', a.bytes, 'width', a.width, 'height', a.height, 'metadata', a.metadata
    ) order by a.index), '[]')
    from public.assets a where a.generation_id = p_generation_id and a.status = 'complete'
$$;

-- A snapshot, as events keep it, with the outputs that were visible at that version: all of them, or none.
create function genbff.with_assets(p_snapshot jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select p_snapshot || jsonb_build_object('assets',
    case when p_snapshot ->> 'status' = 'complete'
      then genbff.delivered_assets((p_snapshot ->> 'generation_id')::uuid) else '[]' end)
$$;

-- p_id names one of the user's generations, else one of their tasks: then its newest that no other generation made.
create function genbff.find_generation(p_user_id text, p_id text, p_service text) returns genbff.generations
language plpgsql stable set search_path = '' as $$
declare
  v_generation genbff.generations;
begin
  select * into v_generation from genbff.generations
   where id = genbff.uuid_or_null(p_id) and user_id = p_user_id and (p_service is null or provider = p_service);
  if not found then
    select g.* into v_generation from genbff.generations g
     where g.task_id = p_id and g.user_id = p_user_id and g.parent_id is null
       and (p_service is null or g.provider = p_service)
     order by g.created_at desc, g.id desc limit 1;
  end if;
  if v_generation.id is null then
    perform genbff.refuse(404, 'not_found');
  end if;
  return v_generation;
end $$;

create function public.genbff_status(p_user_id text, p_id text, p_service text default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  select genbff.with_assets(genbff.snapshot(genbff.find_generation(p_user_id, p_id, p_service)))
$$;

-- What a retry needs: the same request again, of a generation that has ended.
create function public.genbff_generation_input(p_user_id text, p_generation_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_generation genbff.generations;
begin
  select * into v_generation from genbff.generations
   where id = genbff.uuid_or_null(p_generation_id) and user_id = p_user_id;
  if not found then
    perform genbff.refuse(404, 'not_found');
  elsif v_generation.completed_at is null then
    perform genbff.refuse(409, 'not_retryable', jsonb_build_object('status', v_generation.status));
  end if;
  return jsonb_build_object('generation_id', v_generation.id, 'task_id', v_generation.task_id,
    'operation', v_generation.operation, 'provider', v_generation.provider, 'input', v_generation.input,
    'status', v_generation.status);
end $$;

-- Cancels by an id as it stands in a URL, and names the task, whose watchers are to be told.
create function public.genbff_cancel_mine(p_user_id text, p_id text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_cancelled jsonb := public.genbff_cancel(p_user_id, genbff.uuid_or_null(p_id));
begin
  return v_cancelled || jsonb_build_object('task_id',
    (select g.task_id from genbff.generations g where g.id = genbff.uuid_or_null(p_id)));
end $$;

-- ─── Tasks ──────────────────────────────────────────────────────────────────

create function genbff.input_view(i public.input_assets) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'input_asset_id', i.id, 'asset_url', i.asset_url, 'storage_key', i.storage_key, 'status', i.status,
    'type', i.input_asset_type, 'content_type', i.content_type, 'bytes', i.bytes, 'sha256', i.sha256,
    'width', i.width, 'height', i.height, 'filename', i.filename, 'created_at', i.created_at)
$$;

-- A task with its tree, oldest first. Inputs are those uploaded for it and those its generations were made from.
create function public.genbff_task(p_user_id text, p_task_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_task genbff.tasks;
begin
  select * into v_task from genbff.tasks where task_id = p_task_id and user_id = p_user_id;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return jsonb_build_object(
    'task_id', v_task.task_id, 'created_at', v_task.created_at, 'updated_at', v_task.updated_at,
    'inputs', (
      select coalesce(jsonb_agg(genbff.input_view(i) order by i.created_at, i.id), '[]') from public.input_assets i
       where i.user_id = p_user_id
         and (i.task_id = p_task_id or i.id in (
           select (s.value ->> 'input_asset_id')::uuid
             from genbff.generations g, jsonb_array_elements(g.sources) s where g.task_id = p_task_id))),
    'generations', (
      select coalesce(jsonb_agg(genbff.with_assets(genbff.snapshot(g)) || jsonb_build_object(
          'input', g.input, 'parent_generation_id', g.parent_id, 'retry_of', g.retry_of,
          'source_asset_ids', jsonb_path_query_array(g.sources, '$[*].asset_id ? (@ != null)'),
          'source_input_asset_ids', jsonb_path_query_array(g.sources, '$[*].input_asset_id ? (@ != null)')
        ) order by g.created_at, g.id), '[]')
        from genbff.generations g where g.task_id = p_task_id and g.user_id = p_user_id));
end $$;

-- Newest first. p_before is {updated_at, task_id} of the last row seen. Answers one more than asked for, so that the
-- caller knows whether there is a next page.
create function public.genbff_tasks(p_user_id text, p_limit int, p_before jsonb default null) returns jsonb
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
      'generations', c.total, 'open', c.open, 'latest', l.latest, 'thumbnail_key', k.storage_key
    ) order by p.updated_at desc, p.task_id), '[]')
    from page p
    cross join lateral (
      select count(*) as total, count(*) filter (where g.completed_at is null) as open
        from genbff.generations g where g.task_id = p.task_id) c
    left join lateral (
      select jsonb_build_object('generation_id', g.id, 'operation', g.operation, 'status', g.status) as latest
        from genbff.generations g where g.task_id = p.task_id order by g.created_at desc, g.id desc limit 1) l on true
    left join lateral (
      select a.storage_key from public.assets a
       where a.task_id = p.task_id and a.kind = 'image' and a.status = 'complete'
       order by a.completed_at desc, a.index limit 1) k on true
$$;

-- ─── Movements ──────────────────────────────────────────────────────────────

-- Newest first: entries, and beside them holds and what came back of them, which move nothing. p_before is
-- {created_at, id} of the last row seen; one more than asked for, as above. The id is text in the order of "C":
-- of movements of one moment the release is the newest, the hold older, the entry the oldest.
create function public.genbff_history(p_wallet_id text, p_limit int, p_before jsonb default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  with bound as (
    select coalesce((p_before ->> 'created_at')::timestamptz, 'infinity') as at, coalesce(p_before ->> 'id', '') as id),
  movements as (
    (select t.id::text collate "C" as id, t.kind, abs(t.amount) as amount, t.balance_after, t.reason, t.hold_id, t.created_at as at
       from genbff.transactions t, bound b
      where t.wallet_id = p_wallet_id and t.created_at <= b.at and (t.created_at < b.at or t.id::text collate "C" < b.id)
      order by t.created_at desc, t.id::text collate "C" desc limit p_limit + 1)
    union all
    (select ('hold_' || h.id) collate "C", 'hold', h.amount, null, null, h.id, h.created_at
       from genbff.holds h, bound b
      where h.wallet_id = p_wallet_id and h.created_at <= b.at and (h.created_at < b.at or ('hold_' || h.id) collate "C" < b.id)
      order by h.created_at desc, h.id::text collate "C" desc limit p_limit + 1)
    union all
    (select ('release_' || h.id) collate "C", 'release', h.amount - coalesce(h.captured, 0), null, null, h.id, h.settled_at
       from genbff.holds h, bound b
      where h.wallet_id = p_wallet_id and h.settled_at is not null and h.amount > coalesce(h.captured, 0)
        and h.settled_at <= b.at and (h.settled_at < b.at or ('release_' || h.id) collate "C" < b.id)
      order by h.settled_at desc, h.id::text collate "C" desc limit p_limit + 1)),
  page as (select * from movements order by at desc, id collate "C" desc limit p_limit + 1)
  select coalesce(jsonb_agg(jsonb_build_object(
      'id', p.id, 'kind', p.kind, 'amount', p.amount, 'balance_after', p.balance_after, 'reason', p.reason,
      'generation_id', g.id, 'task_id', g.task_id, 'operation', g.operation, 'created_at', p.at
    ) order by p.at desc, p.id collate "C" desc), '[]')
    from page p
    left join genbff.holds h on h.id = p.hold_id
    left join genbff.generations g on g.id = h.generation_id
$$;

-- ─── Watching ───────────────────────────────────────────────────────────────

-- Where a stream starts: what it is of, and the latest event of each generation.
create function public.genbff_stream(p_user_id text, p_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_generation genbff.generations;
  v_task genbff.tasks;
begin
  select * into v_generation from genbff.generations where id = genbff.uuid_or_null(p_id) and user_id = p_user_id;
  if not found then
    select * into v_task from genbff.tasks where task_id = p_id and user_id = p_user_id;
    if not found then
      perform genbff.refuse(404, 'not_found');
    end if;
  end if;
  return jsonb_build_object(
    'task_id', coalesce(v_generation.task_id, v_task.task_id), 'generation_id', v_generation.id,
    'last_id', coalesce(v_generation.version, v_task.event_seq),
    'ended', v_generation.completed_at is not null,
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'version', e.version, 'snapshot', genbff.with_assets(e.snapshot)) order by e.seq), '[]')
        from genbff.generations g join genbff.events e on e.generation_id = g.id and e.version = g.version
       where case when v_generation.id is null then g.task_id = v_task.task_id else g.id = v_generation.id end));
end $$;

-- Everything one process watches, in one query. p_targets: [{key, user_id, wallet_id, task_id, generation_id, after}];
-- `after` is a version where a generation is named, else the task's event counter. Wallets are read only where money
-- may have moved: at the first version of a generation, and at its last.
create function public.genbff_watch(p_targets jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  with target as (
    select t.* from jsonb_to_recordset(p_targets)
             t(key text, user_id text, wallet_id text, task_id text, generation_id uuid, after bigint)
      join genbff.tasks k on k.task_id = t.task_id and k.user_id = t.user_id),
  fresh as (
    select t.key, t.wallet_id, e.* from target t cross join lateral (
      (select s.seq, s.version, s.snapshot from genbff.events s
        where t.generation_id is null and s.task_id = t.task_id and s.seq > t.after order by s.seq limit 50)
      union all
      (select s.seq, s.version, s.snapshot from genbff.events s
        where s.generation_id = t.generation_id and s.task_id = t.task_id and s.version > t.after order by s.version limit 50)) e)
  select jsonb_build_object(
    'events', (select coalesce(jsonb_agg(jsonb_build_object(
        'key', f.key, 'seq', f.seq, 'version', f.version, 'snapshot', genbff.with_assets(f.snapshot)) order by f.key, f.seq), '[]') from fresh f),
    'balances', (select coalesce(jsonb_object_agg(w.wallet_id, public.genbff_balance(w.wallet_id)), '{}') from (
        select distinct f.wallet_id from fresh f
         where f.wallet_id is not null and (f.version = 1 or f.snapshot ->> 'completed_at' is not null)) w))
$$;

-- ─── Stored files and uploads ───────────────────────────────────────────────

-- One stored file of the user: an output or an upload.
create function public.genbff_asset(p_user_id text, p_asset_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_found jsonb;
begin
  select jsonb_build_object('storage_key', a.storage_key) into v_found from (
    select storage_key from public.assets
     where id = genbff.uuid_or_null(p_asset_id) and user_id = p_user_id and status = 'complete'
    union all
    select storage_key from public.input_assets
     where id = genbff.uuid_or_null(p_asset_id) and user_id = p_user_id and status = 'complete') a;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return v_found;
end $$;

-- A task belongs to the first who uses it. With p_own it is the user's from now on; without, it is only checked,
-- because the request it belongs to may still be refused.
create function genbff.use_task(p_user_id text, p_task_id text, p_own boolean) returns void
language plpgsql set search_path = '' as $$
begin
  if p_task_id is null then
    return;
  end if;
  if p_own then
    insert into genbff.tasks (task_id, user_id) values (p_task_id, p_user_id) on conflict do nothing;
  end if;
  if exists (select 1 from genbff.tasks where task_id = p_task_id and user_id <> p_user_id) then
    perform genbff.refuse(409, 'task_id_taken');
  end if;
end $$;

-- The row of an upload, before its first byte.
create function public.genbff_reserve_input(
  p_user_id text, p_id uuid, p_task_id text, p_type text, p_storage_key text, p_asset_url text,
  p_filename text, p_content_type text, p_bytes bigint
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_input public.input_assets;
begin
  perform genbff.use_task(p_user_id, p_task_id, true);
  insert into public.input_assets (id, user_id, task_id, input_asset_type, storage_key, asset_url, filename, content_type, bytes)
  values (p_id, p_user_id, p_task_id, p_type, p_storage_key, p_asset_url, p_filename, p_content_type, p_bytes)
  on conflict (id) do nothing;
  select * into v_input from public.input_assets where id = p_id and user_id = p_user_id;
  return genbff.input_view(v_input);
end $$;

-- Decides an upload once: what was found out first stays true. p_facts: storage_key, asset_url, type, content_type,
-- bytes, sha256, width, height, and perhaps the task it turned out to be for.
create function public.genbff_complete_input(
  p_user_id text, p_id uuid, p_status text, p_facts jsonb default '{}', p_own_task boolean default false
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_input public.input_assets;
begin
  select * into v_input from public.input_assets where id = p_id and user_id = p_user_id for update;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  if v_input.status = 'pending' then
    perform genbff.use_task(p_user_id, p_facts ->> 'task_id', p_own_task);
    update public.input_assets
       set status = p_status, completed_at = genbff.now(),
           task_id = coalesce(p_facts ->> 'task_id', task_id),
           storage_key = coalesce(p_facts ->> 'storage_key', storage_key),
           asset_url = coalesce(p_facts ->> 'asset_url', asset_url),
           input_asset_type = coalesce(p_facts ->> 'type', input_asset_type),
           content_type = coalesce(p_facts ->> 'content_type', content_type),
           bytes = coalesce((p_facts ->> 'bytes')::bigint, bytes),
           sha256 = coalesce(p_facts ->> 'sha256', sha256),
           width = (p_facts ->> 'width')::int, height = (p_facts ->> 'height')::int
     where id = p_id
    returning * into v_input;
  end if;
  return genbff.input_view(v_input);
end $$;

create function public.genbff_input(p_user_id text, p_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_input public.input_assets;
begin
  select * into v_input from public.input_assets where id = genbff.uuid_or_null(p_id) and user_id = p_user_id;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return genbff.input_view(v_input);
end $$;

-- p_refs: [{ref, id}] or [{ref, storage_key}]. Answers those that name a file of the user; an output only when complete.
create function public.genbff_find_inputs(p_user_id text, p_refs jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  with refs as (
    select r.ref, genbff.uuid_or_null(r.id) as id, r.storage_key
      from jsonb_to_recordset(p_refs) r(ref text, id text, storage_key text))
  select coalesce(jsonb_agg(found), '[]') from (
    select jsonb_build_object('ref', r.ref, 'asset_id', a.id, 'input_asset_id', null, 'status', a.status,
             'type', a.kind, 'storage_key', a.storage_key, 'content_type', a.content_type, 'bytes', a.bytes,
             'sha256', a.sha256, 'width', a.width, 'height', a.height) as found
      from refs r join public.assets a on (a.id = r.id or a.storage_key = r.storage_key)
     where a.user_id = p_user_id and a.status = 'complete'
    union all
    select genbff.input_view(i) || jsonb_build_object('ref', r.ref, 'asset_id', null)
      from refs r join public.input_assets i on (i.id = r.id or i.storage_key = r.storage_key)
     where i.user_id = p_user_id) f
$$;

-- Takes back an upload that came with a refused request. One that a generation was made from stays: the answer of
-- its start may have got lost.
create function public.genbff_discard_input(p_user_id text, p_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_key text;
begin
  delete from public.input_assets i
   where i.id = p_id and i.user_id = p_user_id
     and not exists (select 1 from genbff.generations g
                      where g.task_id = i.task_id
                        and g.sources @> jsonb_build_array(jsonb_build_object('input_asset_id', i.id)))
  returning i.storage_key into v_key;
  return jsonb_build_object('discarded', v_key is not null, 'storage_key', v_key);
end $$;

-- Gives up uploads that nobody finished, and names what lies in storage for them. Any number of processes may sweep.
create function public.genbff_abandon_inputs(p_older_ms bigint, p_count int) returns jsonb
language sql security definer set search_path = '' as $$
  with stale as (
    select id from public.input_assets
     where status = 'pending' and created_at < genbff.now() - p_older_ms * interval '1 millisecond'
     order by created_at limit p_count for update skip locked),
  abandoned as (
    update public.input_assets i set status = 'failed', completed_at = genbff.now()
      from stale where i.id = stale.id returning i.id, i.storage_key)
  select coalesce(jsonb_agg(jsonb_build_object('input_asset_id', a.id, 'storage_key', a.storage_key)), '[]') from abandoned a
$$;

-- Answers when the schema is there and can be read.
create function public.genbff_ready() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('ready', exists (select 1 from genbff.steps))
$$;

select genbff.close_doors();
