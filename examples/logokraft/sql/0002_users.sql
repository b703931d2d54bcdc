-- Who may log in, where no Supabase knows it. Nobody but the server reads or writes here, and only by the two functions.
create table public.logokraft_users (
  id         uuid primary key default gen_random_uuid(),
  email      text not null unique check (email = lower(email)),
  -- `scrypt$N$r$p$salt$key`: the password itself is nowhere.
  password   text not null,
  created_at timestamptz not null default now()
);
alter table public.logokraft_users enable row level security;
revoke all on public.logokraft_users from public;

-- Makes an account, or does nothing where the address has one. Says in neither case which it was.
create function public.logokraft_sign_up(p_email text, p_password text) returns jsonb
language sql security definer set search_path = '' as $$
  with made as (
    insert into public.logokraft_users (email, password) values (p_email, p_password) on conflict (email) do nothing)
  select 'true'::jsonb
$$;

-- null: no account has this address.
create function public.logokraft_user(p_email text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce((select jsonb_build_object('id', u.id, 'password', u.password)
                     from public.logokraft_users u where u.email = p_email), 'null')
$$;

revoke all on function public.logokraft_sign_up(text, text), public.logokraft_user(text) from public;
