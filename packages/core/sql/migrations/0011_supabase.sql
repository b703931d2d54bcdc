-- What clients may do past the server: read their own rows, and nothing else, by Supabase's API or any other PostgREST.
--
-- All of it hangs on the role `authenticated`. Where that is missing, as on a plain Postgres, nobody but the owner may
-- anything; when it comes later, `select genbff.admit_clients(); select genbff.close_doors();` opens what is opened here.
-- What a project chooses (names of views, buckets, rows of clients) is chosen by the functions at the end, which the owner
-- alone may call: `bff migrate` calls them.

-- ─── Who asks ───────────────────────────────────────────────────────────────

-- The caller's user id, as text of a policy. In a subselect, so that it is looked up once a statement and not once a row.
create function genbff.caller() returns text
language sql stable set search_path = '' as $$
  select case when to_regprocedure('auth.uid()') is not null then '(select auth.uid())::text'
              else '(select nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb ->> ''sub'')' end
$$;

create function genbff.role_exists(p_role text) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from pg_catalog.pg_roles where rolname = p_role)
$$;

-- The view of a price list and of entries are read by whoever asks, so they call no function of ours.
create or replace view public.operation_costs with (security_invoker = true) as
  select distinct on (key) key, credits, per, multipliers, version
    from genbff.operation_costs where effective_at <= pg_catalog.clock_timestamp() order by key, effective_at desc, version desc;

-- ─── Doors of tables ────────────────────────────────────────────────────────

-- Everything of ours that has rows, with what each may be read of: null is nothing, an empty list the whole of a view. The
-- columns are a promise: no key of storage, no checksum, no word of a provider.
create function genbff.shown() returns table (relation regclass, columns text[])
language sql stable set search_path = '' as $$
  select c.oid::regclass,
         case when c.relkind = 'v' then '{}'
              else string_to_array(case n.nspname || '.' || c.relname
                when 'public.assets' then 'id,task_id,generation_id,user_id,kind,prompt,style,asset_url,status,source_input_asset_id,source_asset_id,index,content_type,bytes,width,height,metadata,created_at,completed_at'
                when 'public.input_assets' then 'id,task_id,user_id,input_asset_type,prompt,style,asset_url,status,metadata,created_at'
                when 'public.user_credits' then 'user_id,balance,held,subscription_tier,lifetime_granted,lifetime_spent'
                when 'genbff.transactions' then 'id,wallet_id,seq,kind,amount,balance_after,reason,created_at'
                when 'genbff.operation_costs' then 'key,credits,per,multipliers,version,effective_at' end, ',') end
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
     and (n.nspname = 'genbff' or (n.nspname = 'public' and (
           c.relname in ('assets', 'input_assets', 'user_credits', 'credit_transactions', 'operation_costs')
           or obj_description(c.oid, 'pg_class') like 'GenBFF view %')))
$$;

-- Supabase grants everything on whatever is made in public to everybody. Nobody writes past the functions, the server's
-- role included; what is read is read under row security, or by a role that passes it.
create function genbff.close_tables() returns void
language plpgsql set search_path = '' as $$
declare
  v_shown record;
  v_role text;
  v_columns text;
begin
  for v_shown in select * from genbff.shown() order by relation loop
    execute format('revoke all on %s from public', v_shown.relation);
    for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role') loop
      execute format('revoke all on %s from %I', v_shown.relation, v_role);
      if v_role <> 'anon' and v_shown.columns is not null then
        select ' (' || string_agg(quote_ident(c), ', ') || ')' into v_columns from unnest(v_shown.columns) c;
        execute format('grant select%s on %s to %I', coalesce(v_columns, ''), v_shown.relation, v_role);
      end if;
    end loop;
  end loop;
  for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on schema genbff from %I', v_role);
  end loop;
  if exists (select from pg_catalog.pg_policy where polrelid = 'public.input_assets'::regclass and polname = 'client_rows') then
    grant insert (user_id, task_id, input_asset_type, prompt, style, asset_url, metadata) on public.input_assets to authenticated;
  end if;
end $$;

-- As before, and the tables, views and sequences with the functions.
create or replace function genbff.close_doors() returns void
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
    if genbff.role_exists('service_role') then
      -- A function that a migration has moved away from public brings its grants with it.
      execute format(case v_function.schema when 'public' then 'grant execute on function %s to service_role'
                                            else 'revoke all on function %s from service_role' end, v_function.name);
    end if;
  end loop;
  perform genbff.close_tables();
end $$;

-- ─── Rows that are shown ────────────────────────────────────────────────────

-- Own rows, and the prices that are in effect. Harmless to repeat.
create function genbff.admit_clients() returns void
language plpgsql set search_path = '' as $$
declare
  v_table text[];
begin
  if genbff.role_exists('authenticated') then
    foreach v_table slice 1 in array array[
      ['public.assets', 'user_id'], ['public.input_assets', 'user_id'], ['public.user_credits', 'user_id'],
      ['genbff.transactions', 'wallet_id']]
    loop
      execute format('drop policy if exists own_rows on %s', v_table[1]);
      execute format('create policy own_rows on %s for select to authenticated using (%s = %I)',
                     v_table[1], genbff.caller(), v_table[2]);
    end loop;
    drop policy if exists prices_in_effect on genbff.operation_costs;
    create policy prices_in_effect on genbff.operation_costs for select to authenticated
      using (effective_at <= pg_catalog.clock_timestamp());
  end if;

  -- Realtime tells of changes of tables, not of views, and tells each client of the rows and columns that it may read.
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
    foreach v_table slice 1 in array array[['public', 'assets'], ['public', 'input_assets'], ['public', 'user_credits']] loop
      if not exists (select from pg_catalog.pg_publication_tables
                      where pubname = 'supabase_realtime' and schemaname = v_table[1] and tablename = v_table[2]) then
        execute format('alter publication supabase_realtime add table %I.%I', v_table[1], v_table[2]);
      end if;
    end loop;
  end if;
end $$;

-- ─── What a project chooses ─────────────────────────────────────────────────

-- The views of assets, exactly these: {"concept_images": {"kinds": ["image", "vector"], "source": "source_concept_image_id"}}.
-- `source` is one more name for source_asset_id. A view of ours that is not named goes, one that has not changed stays as it
-- is, and a name that is taken by something else is refused by Postgres.
create function genbff.set_views(p_views jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_wanted jsonb := '{}';
  v_name text;
  v_view jsonb;
  v_kinds text[];
  v_source text;
  v_old record;
begin
  perform genbff.insist(jsonb_typeof(p_views) = 'object' and p_views <> '{}', 'views are an object with a view or more');
  for v_name, v_view in select * from jsonb_each(p_views) loop
    perform genbff.insist(v_name ~ '^[a-z_][a-z0-9_]{0,62}$', 'a view has a name of small letters, digits and _');
    select array_agg(distinct k order by k) into v_kinds from jsonb_array_elements_text(v_view -> 'kinds') k;
    perform genbff.insist(v_kinds <@ array['image', 'model', 'vector'], 'kinds are image, vector and model');
    v_source := v_view ->> 'source';
    perform genbff.insist(v_source is null or v_source ~ '^[a-z_][a-z0-9_]{0,62}$', 'source is the name of a column');
    v_wanted := v_wanted || jsonb_build_object(v_name, format('GenBFF view of %s%s', array_to_string(v_kinds, ', '), ', source ' || v_source));
  end loop;
  for v_old in
    select c.relname as name, obj_description(c.oid, 'pg_class') as description from pg_catalog.pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and obj_description(c.oid, 'pg_class') like 'GenBFF view of %'
  loop
    if v_wanted ->> v_old.name = v_old.description then
      v_wanted := v_wanted - v_old.name;
    else
      execute format('drop view public.%I', v_old.name);
    end if;
  end loop;
  for v_name in select jsonb_object_keys(v_wanted) loop
    execute format(
      'create view public.%I with (security_invoker = true) as
         select id, task_id, generation_id, user_id, prompt, style, asset_url, status, source_input_asset_id, source_asset_id,
                index, content_type, bytes, width, height, metadata, created_at, completed_at%s
           from public.assets where kind in (%s)',
      v_name, ', source_asset_id as ' || quote_ident(p_views -> v_name ->> 'source'),
      (select string_agg(quote_literal(k), ', ' order by k) from jsonb_array_elements_text(p_views -> v_name -> 'kinds') k));
    execute format('comment on view public.%I is %L', v_name, v_wanted ->> v_name);
  end loop;
  perform genbff.close_tables();
end $$;
comment on view public.images is 'GenBFF view of image, vector';
comment on view public.models is 'GenBFF view of model';

-- Buckets, private unless said otherwise: {"generated_assets": {}, "uploads": {"public": false, "client_uploads": true}}.
-- Those not named stay as they are. What is in them is read by signed URLs, which the server makes. With `client_uploads`
-- users add files under their own id, `<user id>/…`; they replace and remove none. Does nothing without Supabase's storage.
create function genbff.set_buckets(p_buckets jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_bucket text;
  v_settings jsonb;
  v_policy text;
begin
  perform genbff.insist(jsonb_typeof(p_buckets) = 'object', 'buckets are an object');
  for v_bucket, v_settings in select * from jsonb_each(p_buckets) loop
    -- The name ends in a policy's, which has room for 63 characters.
    perform genbff.insist(v_bucket ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,46}$', 'a bucket has a name of 1 to 47 letters, digits, _, . and -');
    continue when to_regclass('storage.buckets') is null;
    execute 'insert into storage.buckets (id, name, public) values ($1, $1, $2) on conflict (id) do update set public = excluded.public'
      using v_bucket, coalesce((v_settings ->> 'public')::boolean, false);
    v_policy := 'genbff uploads: ' || v_bucket;
    execute format('drop policy if exists %I on storage.objects', v_policy);
    if (v_settings ->> 'client_uploads')::boolean then -- where there is storage, there is the role
      execute format('create policy %I on storage.objects for insert to authenticated
                        with check (bucket_id = %L and starts_with(name, %s || ''/''))', v_policy, v_bucket, genbff.caller());
    end if;
  end loop;
end $$;

-- Whether users may add rows of their own to input_assets, off until it is switched on. Such a row has no storage key: it is
-- the app's note of an upload, and the server takes nothing from it, because anybody could name anybody's file in one.
create function genbff.allow_client_rows(p_allowed boolean) returns void
language plpgsql set search_path = '' as $$
begin
  drop policy if exists client_rows on public.input_assets;
  if p_allowed then
    if not genbff.role_exists('authenticated') then
      raise exception 'rows of clients need the role authenticated, which Supabase has';
    end if;
    execute format($policy$
      create policy client_rows on public.input_assets for insert to authenticated with check (
        %s = user_id and status = 'pending' and storage_key is null
        and length(asset_url) <= 2048 and asset_url ~ '^https?://'
        and (task_id is null or task_id ~ '^[A-Za-z0-9_-]{1,128}$')
        and coalesce(length(prompt), 0) <= 10000 and coalesce(length(style), 0) <= 255
        and length(metadata::text) <= 10000)$policy$, genbff.caller());
  end if;
  perform genbff.close_tables();
end $$;

-- ─── Rows of clients are not uploads of ours ────────────────────────────────

-- As before; what has no storage key was written by a client, and is neither found, nor counted, nor given up.
create or replace function public.genbff_find_inputs(p_user_id text, p_refs jsonb) returns jsonb
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
     where i.user_id = p_user_id and i.storage_key is not null) f
$$;

create or replace function public.genbff_input(p_user_id text, p_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_input public.input_assets;
begin
  select * into v_input from public.input_assets
   where id = genbff.uuid_or_null(p_id) and user_id = p_user_id and storage_key is not null;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return genbff.input_view(v_input);
end $$;

create or replace function public.genbff_abandon_inputs(p_older_ms bigint, p_count int) returns jsonb
language sql security definer set search_path = '' as $$
  with stale as (
    select id from public.input_assets
     where status = 'pending' and storage_key is not null and created_at < genbff.now() - p_older_ms * interval '1 millisecond'
     order by created_at limit p_count for update skip locked),
  abandoned as (
    update public.input_assets i set status = 'failed', completed_at = genbff.now()
      from stale where i.id = stale.id returning i.id, i.storage_key)
  select coalesce(jsonb_agg(jsonb_build_object('input_asset_id', a.id, 'storage_key', a.storage_key)), '[]') from abandoned a
$$;

-- The default is computed as whoever inserts, and clients may not ask our clock; the server's own rows keep to it.
alter table public.input_assets alter column created_at set default pg_catalog.clock_timestamp();
create or replace function public.genbff_reserve_input(
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
  insert into public.input_assets (id, user_id, task_id, input_asset_type, storage_key, asset_url, filename, content_type, bytes, created_at)
  values (p_id, p_user_id, p_task_id, p_type, p_storage_key, p_asset_url, p_filename, p_content_type, p_bytes, genbff.now())
  on conflict (id) do nothing;
  select * into v_input from public.input_assets where id = p_id and user_id = p_user_id;
  return genbff.input_view(v_input);
end $$;

-- Rows of clients are never given up, so they must not stand before those that are.
drop index public.input_assets_pending;
create index input_assets_pending on public.input_assets (created_at) where status = 'pending' and storage_key is not null;
drop index public.input_assets_pending_by_user;
create index input_assets_pending_by_user on public.input_assets (user_id) where status = 'pending' and storage_key is not null;

create or replace function genbff.check_pending_uploads(p_user_id text, p_bytes bigint, p_pending_bytes_max bigint) returns void
language plpgsql as $$
declare
  v_least constant bigint := 1000000;
  v_pending bigint;
begin
  perform genbff.pass_gate('upload ' || (hashtextextended(p_user_id, 0) & 63));
  select coalesce(sum(greatest(bytes, v_least)), 0) into v_pending
    from public.input_assets where user_id = p_user_id and status = 'pending' and storage_key is not null;
  if v_pending + greatest(p_bytes, v_least) > p_pending_bytes_max then
    perform genbff.refuse(429, 'rate_limited', jsonb_build_object('retry_after_s', 60, 'pending_bytes', v_pending));
  end if;
end $$;

create or replace function public.genbff_task(p_user_id text, p_task_id text) returns jsonb
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
       where i.user_id = p_user_id and i.storage_key is not null
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

-- ─── What comes later starts closed ─────────────────────────────────────────

-- Of the role that migrates, for everybody's tables and functions: what a team adds is granted by the team. Rights of PUBLIC
-- can only be taken for all schemas at once.
alter default privileges revoke execute on functions from public;
do $$
declare
  v_role text;
begin
  for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
    execute format('alter default privileges in schema public revoke all on functions from %I', v_role);
    execute format('alter default privileges in schema public revoke all on tables from %I', v_role);
    execute format('alter default privileges in schema public revoke all on sequences from %I', v_role);
  end loop;
end $$;

select genbff.admit_clients();
select genbff.close_doors();
