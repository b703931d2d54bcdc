-- What a render costs, and the render jobs as rows of their own, for whoever reads the database and not the API.

-- In-house: nobody pays, and every start still passes the ledger.
select public.genbff_set_operation_cost('render', 0);

-- As src/contract/failures.ts says it; a test compares them for every code that there is.
create function public.render_error_code(p_code text) returns text
language sql immutable set search_path = '' as $$
  select case
    when p_code in ('download_failed', 'upload_failed') then p_code
    when p_code in ('timeout', 'provider_timeout') then 'timeout'
    when p_code in ('validation_failed', 'asset_expired', 'asset_unusable', 'asset_url_not_allowed', 'content_rejected',
                    'unsupported_media_type', 'payload_too_large') then 'validation_failed'
    else 'pipeline_error' end
$$;

create function public.render_error_message(p_render_code text) returns text
language sql immutable set search_path = '' as $$
  select case p_render_code
    when 'download_failed' then 'The photo or the texture could not be fetched.'
    when 'upload_failed' then 'The picture could not be stored.'
    when 'validation_failed' then 'The photo, the texture or the mask cannot be used.'
    when 'timeout' then 'The render took too long.'
    else 'The render did not work.' end
$$;

-- The jobs of the last 48 hours. It reads past row security, as its owner, so it looks itself at who asks: a signed-in
-- client sees its own jobs, the server sees all.
do $do$
begin
  execute format($view$
    create view public.render_jobs with (security_barrier = true) as
    select g.id as job_id,
           g.input ->> 'project_id' as project_id,
           g.user_id,
           case g.status when 'pending' then 'queued' when 'processing' then 'processing'
                         when 'complete' then 'completed' else 'failed' end as status,
           a.asset_url as result_url,
           e.code as error_code,
           public.render_error_message(e.code) as error_message,
           g.created_at,
           g.completed_at
      from genbff.generations g
      left join public.assets a on a.generation_id = g.id and a.index = 0 and a.status = 'complete'
      cross join lateral (
        select case when g.error_code is not null then public.render_error_code(g.error_code) end as code) e
     where g.operation = 'render'
       and (g.completed_at is null or g.completed_at > clock_timestamp() - interval '48 hours')
       and (current_user not in ('anon', 'authenticated') or g.user_id = %s)
  $view$, genbff.caller());
  revoke all on public.render_jobs from public;
  if genbff.role_exists('authenticated') then
    revoke all on public.render_jobs from anon, authenticated;
    grant select on public.render_jobs to authenticated, service_role;
    grant execute on function public.render_error_code(text), public.render_error_message(text)
      to authenticated, service_role;
  end if;
end $do$;
