/** The functions that the database suite calls; installed by a migration folder of its own. */
export const databaseSuiteSql = `
create table public.suite_rows (name text primary key, amount bigint check (amount > 0));
alter table public.suite_rows enable row level security;
-- Counts calls across rollbacks, which a row could not.
create sequence public.suite_calls;

create function public.suite_echo(
  p_text text default 'default', p_number bigint default 7, p_flag boolean default false, p_json jsonb default null
) returns jsonb language sql as $$
  select jsonb_build_object('text', p_text, 'number', p_number, 'flag', p_flag, 'json', p_json)
$$;

create function public.suite_null() returns jsonb language sql as $$ select null::jsonb $$;

create function public.suite_reserved("user" text, "limit" int) returns jsonb language sql as $$
  select jsonb_build_object('user', "user", 'limit', "limit")
$$;

create function public.suite_refuse(p_state text, p_code text, p_detail text) returns jsonb language plpgsql as $$
begin
  insert into public.suite_rows values ('left behind', 1);
  if p_detail is null then
    raise exception using errcode = p_state, message = p_code;
  end if;
  raise exception using errcode = p_state, message = p_code, detail = p_detail;
end $$;

create function public.suite_insert(p_name text, p_amount bigint) returns jsonb language plpgsql as $$
begin
  insert into public.suite_rows values (p_name, p_amount);
  return to_jsonb(p_name);
end $$;

create function public.suite_rows() returns jsonb language sql as $$
  select coalesce(jsonb_agg(name order by name), '[]') from public.suite_rows
$$;

-- Fails with a state until it was called often enough since the last reset.
create function public.suite_fail_until(p_calls int, p_state text) returns jsonb language plpgsql as $$
declare
  v_call bigint := nextval('public.suite_calls');
begin
  if v_call < p_calls then
    raise exception using errcode = p_state, message = 'not yet';
  end if;
  return to_jsonb(v_call);
end $$;

create function public.suite_reset() returns jsonb language sql as $$
  select to_jsonb(setval('public.suite_calls', 1, false))
$$;

create function public.suite_calls() returns jsonb language sql as $$
  select to_jsonb(case when is_called then last_value else 0 end) from public.suite_calls
$$;

create function public.suite_notify(p_channel text, p_payload text) returns jsonb language plpgsql as $$
begin
  perform pg_notify(p_channel, p_payload);
  return 'true';
end $$;
`;
