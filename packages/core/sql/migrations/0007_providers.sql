-- What a provider is handed beside the request, and what it may tell while it works.

-- ─── Drafts ─────────────────────────────────────────────────────────────────

-- Those of the ids that are generations of the user, with the provider's job that made each. p_ids: texts from a URL.
create function public.genbff_find_drafts(p_user_id text, p_ids jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'generation_id', g.id, 'operation', g.operation, 'provider', g.provider, 'status', g.status, 'job', g.job)), '[]')
    from jsonb_array_elements_text(p_ids) i join genbff.generations g on g.id = genbff.uuid_or_null(i)
   where g.user_id = p_user_id
$$;

-- ─── While a provider works ─────────────────────────────────────────────────

-- How far a running submission is. Null: the lease is lost. Progress never falls; 100 is for what is stored and settled.
create function public.genbff_report(p_generation_id uuid, p_epoch bigint, p_progress int, p_stage text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
begin
  if v_generation.id is null then
    return null;
  end if;
  update genbff.generations
     set progress = greatest(progress, least(p_progress, 99)), stage = coalesce(p_stage, stage)
   where id = p_generation_id returning * into v_generation;
  return jsonb_build_object('version', v_generation.version);
end $$;

-- Objects of unfinished pictures, written down before they are stored: whatever dies, somebody knows what to remove.
-- No foreign key: retention takes a generation away, and not what lies in storage for it.
create table genbff.previews (
  storage_key   text primary key,
  generation_id uuid not null,
  created_at    timestamptz not null default genbff.now()
);
create index previews_by_generation on genbff.previews (generation_id);
alter table genbff.previews enable row level security;

-- A name, without its extension, for the next unfinished picture. Null: the lease is lost. A generation has p_max of
-- them at most, over all its attempts.
create function public.genbff_reserve_preview(p_generation_id uuid, p_epoch bigint, p_max int) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
  v_made int;
  v_key text;
begin
  if v_generation.id is null then
    return null;
  end if;
  select count(*) into v_made from genbff.previews where generation_id = p_generation_id;
  if v_made >= p_max then
    return jsonb_build_object('reserved', false);
  end if;
  v_key := 'previews/' || p_generation_id || '/' || v_made;
  insert into genbff.previews (storage_key, generation_id) values (v_key, p_generation_id);
  return jsonb_build_object('reserved', true, 'storage_key', v_key);
end $$;

-- The picture is stored: whoever watches is told. Null: the lease is lost, and nobody will ever be shown it.
create function public.genbff_show_preview(p_generation_id uuid, p_epoch bigint, p_preview jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_generation genbff.generations := genbff.leased(p_generation_id, p_epoch);
begin
  if v_generation.id is null then
    return null;
  end if;
  update genbff.generations
     set previews = (select coalesce(jsonb_agg(p.value order by p.ordinality), '[]')
                       from jsonb_array_elements(previews) with ordinality p
                      where p.value -> 'index' <> p_preview -> 'index') || p_preview
   where id = p_generation_id returning * into v_generation;
  return jsonb_build_object('version', v_generation.version);
end $$;

create function genbff.preview_keys(p_generation_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(storage_key), '[]') from genbff.previews where generation_id = p_generation_id
$$;

-- Names of what is left of generations that ended a while ago: longer ago than any worker may go on writing.
create function public.genbff_stale_previews(p_ended_ms bigint, p_count int) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(s.storage_key), '[]') from (
    select p.storage_key from genbff.previews p left join genbff.generations g on g.id = p.generation_id
     where g.id is null or g.completed_at < genbff.now() - p_ended_ms * interval '1 millisecond'
     order by p.storage_key limit p_count) s
$$;

-- Their objects are gone.
create function public.genbff_forget_previews(p_keys jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_count int;
begin
  delete from genbff.previews where storage_key in (select jsonb_array_elements_text(p_keys));
  get diagnostics v_count = row_count;
  return jsonb_build_object('forgotten', v_count);
end $$;

-- ─── Operators ──────────────────────────────────────────────────────────────

-- Whether an operator is to be called about something, a provider or a correction that was refused: once per window, over
-- all processes.
create function public.genbff_operator_alert(p_about text, p_window_ms bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := genbff.now();
begin
  insert into genbff.operator_alerts as a (about, alerted_at) values (p_about, v_now)
  on conflict (about) do update set alerted_at = excluded.alerted_at
   where a.alerted_at <= v_now - p_window_ms * interval '1 millisecond';
  return jsonb_build_object('alert', found);
end $$;

select genbff.close_doors();
