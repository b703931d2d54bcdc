-- A task of this user by our id or by the vendor's own, and both of them. For deployments whose clients keep vendors' ids.
create function public.passthrough_task(p_user_id text, p_id text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('generation_id', g.id, 'vendor_task_id', a.job_key)
    from genbff.generations g left join genbff.attempts a on a.generation_id = g.id and a.attempt = g.attempt
   where g.user_id = p_user_id
     and (a.job_key = p_id or g.id = case when p_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_id::uuid end)
   limit 1
$$;
revoke all on function public.passthrough_task(text, text) from public;
