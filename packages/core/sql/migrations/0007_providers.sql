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

select genbff.close_doors();
