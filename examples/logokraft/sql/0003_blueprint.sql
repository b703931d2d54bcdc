-- The blueprint's two tables, as views of what GenBFF keeps anyway: a project is a task, its brief is the input of the
-- operation that plans it, and an asset is the generation that began it. Nothing is written twice, so nothing can differ.

-- What is no uuid names no project of ours.
create function public.logokraft_uuid(p_text text) returns uuid
language sql immutable set search_path = '' as $$
  select case when p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_text::uuid end
$$;

create view public.brand_projects as
  select distinct on (g.task_id)
         public.logokraft_uuid(g.task_id) as id, public.logokraft_uuid(g.user_id) as user_id,
         g.input ->> 'project_name' as project_name, g.input - 'inspiration_file' as brief_data,
         i.asset_url as inspiration_image_url, g.created_at
    from genbff.generations g
    left join public.input_assets i on i.id = public.logokraft_uuid(g.input ->> 'inspiration_file')
   where g.operation = 'plan-logos' and public.logokraft_uuid(g.task_id) is not null
   order by g.task_id, g.created_at;

-- A logo is one generation. A refinement is two: the prompt is planned, and then the picture is made in the transaction
-- that completes the plan. It is known by the first from the moment it is asked for.
create view public.generated_assets as
  select g.id, public.logokraft_uuid(g.task_id) as project_id,
         public.logokraft_uuid(g.input ->> 'parent_asset_id') as parent_asset_id,
         case g.operation when 'make-logo' then 'logo_concept' else 'logo_refinement' end as asset_type,
         case when g.status in ('failed', 'cancelled') or made.status in ('failed', 'cancelled') then 'failed'
              when made.status = 'complete' then 'completed'
              when g.status = 'complete' and made.id is null then 'failed'
              when g.status = 'pending' then 'pending'
              else 'generating' end as status,
         a.asset_url, made.input ->> 'prompt' as generation_prompt,
         coalesce(made.error_code, g.error_code) as error, made.id as generation_id, g.created_at
    from genbff.generations g
    left join genbff.generations made
      on made.id = g.id and g.operation = 'make-logo' or made.parent_id = g.id and made.operation = 'refine-logo'
    left join public.assets a on a.generation_id = made.id and a.status = 'complete'
   where g.operation in ('make-logo', 'plan-refinement') and public.logokraft_uuid(g.task_id) is not null;

revoke all on public.brand_projects, public.generated_assets from public;

-- Every asset of a project, oldest first. Whose project it is has been asked before.
create function public.logokraft_assets(p_project_id text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(a) - 'created_at' order by a.created_at, a.id), '[]')
    from public.generated_assets a where a.project_id = public.logokraft_uuid(p_project_id)
$$;

-- null: no asset has this id.
create function public.logokraft_asset(p_asset_id text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce((select to_jsonb(a) - 'created_at' from public.generated_assets a
                    where a.id = public.logokraft_uuid(p_asset_id)), 'null')
$$;

revoke all on function public.logokraft_assets(text), public.logokraft_asset(text) from public;
do $$ begin
  if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    grant execute on function public.logokraft_assets(text), public.logokraft_asset(text) to service_role;
  end if;
end $$;
