-- More names for columns of the views that a project chooses: an app that comes from elsewhere reads its own.

-- The views of assets, exactly these:
-- {"concept_images": {"kinds": ["image", "vector"], "source": "source_concept_image_id", "names": {"ai_service_task_id": "generation_id"}}}.
-- `names` are more names, each of one of the view's columns; `source` is one of source_asset_id. A view of ours that is not
-- named goes, one that has not changed stays as it is, and a name that is taken by something else is refused by Postgres.
create or replace function genbff.set_views(p_views jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_columns constant text[] := array['id', 'task_id', 'generation_id', 'user_id', 'prompt', 'style', 'asset_url', 'status',
    'source_input_asset_id', 'source_asset_id', 'index', 'content_type', 'bytes', 'width', 'height', 'metadata', 'created_at', 'completed_at'];
  v_wanted jsonb := '{}';
  v_selected jsonb := '{}';
  v_name text;
  v_view jsonb;
  v_kinds text[];
  v_source text;
  v_names jsonb;
  v_old record;
begin
  perform genbff.insist(jsonb_typeof(p_views) = 'object' and p_views <> '{}', 'views are an object with a view or more');
  for v_name, v_view in select * from jsonb_each(p_views) loop
    perform genbff.insist(v_name ~ '^[a-z_][a-z0-9_]{0,62}$', 'a view has a name of small letters, digits and _');
    select array_agg(distinct k order by k) into v_kinds from jsonb_array_elements_text(v_view -> 'kinds') k;
    perform genbff.insist(v_kinds <@ array['image', 'model', 'vector'], 'kinds are image, vector and model');
    v_source := v_view ->> 'source';
    perform genbff.insist(v_source is null or v_source ~ '^[a-z_][a-z0-9_]{0,62}$', 'source is the name of a column');
    v_names := coalesce(v_view -> 'names', '{}');
    perform genbff.insist(jsonb_typeof(v_names) = 'object', 'names are an object');
    perform genbff.insist(
      not exists (select from jsonb_each_text(v_names) n
                   where n.key !~ '^[a-z_][a-z0-9_]{0,62}$' or n.key = any(v_columns) or n.key = v_source
                      or n.value <> all(v_columns) or n.value is null),
      'names are new names of columns of the view');
    v_wanted := v_wanted || jsonb_build_object(v_name, format('GenBFF view of %s%s%s', array_to_string(v_kinds, ', '), ', source ' || v_source,
      (select string_agg(format(', %s of %s', n.key, n.value), '' order by n.key) from jsonb_each_text(v_names) n)));
    v_selected := v_selected || jsonb_build_object(v_name, concat_ws(', ',
      (select string_agg(quote_ident(c), ', ' order by position) from unnest(v_columns) with ordinality as own(c, position)),
      'source_asset_id as ' || quote_ident(v_source),
      (select string_agg(format('%I as %I', n.value, n.key), ', ' order by n.key) from jsonb_each_text(v_names) n)));
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
      'create view public.%I with (security_invoker = true) as select %s from public.assets where kind in (%s)',
      v_name, v_selected ->> v_name,
      (select string_agg(quote_literal(k), ', ' order by k) from jsonb_array_elements_text(p_views -> v_name -> 'kinds') k));
    execute format('comment on view public.%I is %L', v_name, v_wanted ->> v_name);
  end loop;
  perform genbff.close_tables();
end $$;

select genbff.close_doors();
