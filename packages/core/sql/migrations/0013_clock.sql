-- What time it is here, in ms since 1970: a server whose own clock is far off refuses good tokens and dead links.
create function public.genbff_clock() returns jsonb
language sql volatile security definer set search_path = '' as $$
  select jsonb_build_object('now_ms', floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

select genbff.close_doors();
