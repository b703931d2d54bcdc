-- Tasks, generations and what becomes of them: the state machine.
--
-- pending → processing → complete | failed | cancelled, nothing else, and the end is the end.
-- Money moves in the transaction that changes the state; every worker's write names its lease epoch.

-- ─── Tables ─────────────────────────────────────────────────────────────────

create table genbff.tasks (
  task_id     text primary key check (task_id ~ '^[A-Za-z0-9_-]{1,128}$'),
  user_id     text   not null,
  -- Counters that are handed out under the row's lock: event order, and names of files that never collide.
  event_seq   bigint not null default 0,
  image_count int    not null default 0,
  model_count int    not null default 0,
  created_at  timestamptz not null default genbff.now(),
  updated_at  timestamptz not null default genbff.now()
) with (fillfactor = 80);
create index tasks_by_user on genbff.tasks (user_id, updated_at desc, task_id);

-- The one table of allowed transitions; the trigger below refuses everything else.
create table genbff.transitions (
  from_status text not null,
  to_status   text not null,
  primary key (from_status, to_status)
);
insert into genbff.transitions values
  ('pending', 'processing'), ('pending', 'failed'), ('pending', 'cancelled'),
  ('processing', 'complete'), ('processing', 'failed'), ('processing', 'cancelled');

create table genbff.steps (
  step text primary key,
  rank int not null unique
);
insert into genbff.steps values
  ('intent', 1), ('submit_unknown', 2), ('submitted', 3), ('fetching', 4), ('storing', 5), ('settling', 6);

create table genbff.generations (
  id               uuid primary key default gen_random_uuid(),
  task_id          text not null references genbff.tasks (task_id),
  user_id          text not null,
  wallet_id        text not null references public.user_credits (user_id),
  parent_id        uuid references genbff.generations (id) on delete set null,
  retry_of         uuid references genbff.generations (id) on delete set null,
  operation        text not null,
  provider         text not null,
  -- Who may be asked next, in order, when this provider certainly did not take the job.
  candidates       text[] not null default '{}',
  input            jsonb not null,
  sources          jsonb not null default '[]',
  -- The complete generations that it works on, each with its provider's own job as it was at start.
  drafts           jsonb not null default '[]',
  prompt           text,
  style_version    int,
  output_kind      text not null check (output_kind in ('image', 'vector', 'model', 'json')),
  outputs          int  not null check (outputs between 1 and 100),
  price            jsonb not null,
  price_credits    bigint not null check (price_credits between 0 and 9007199254740991),
  charged          bigint not null default 0,
  status           text not null default 'pending',
  step             text references genbff.steps (step),
  stage            text,
  progress         int  not null default 0 check (progress between 0 and 100),
  version          int  not null default 1,
  attempt          int  not null default 0,
  max_attempts     int  not null check (max_attempts >= 1),
  lease_owner      text,
  lease_epoch      bigint not null default 0,
  lease_expires_at timestamptz,
  next_run_at      timestamptz,
  deadline_at      timestamptz not null,
  cancel_requested boolean not null default false,
  -- Somebody said something of it since a worker began to look: it is looked at again at once.
  nudged           boolean not null default false,
  -- The provider's own job; what it returned and what we stored of it so far; failed tries of each repeatable step.
  job              jsonb,
  work             jsonb not null default '{}',
  retries          jsonb not null default '{}',
  failures         jsonb not null default '[]',
  -- The newest unfinished picture of each output, the latest last: {index, storage_key, content_type, width, height}.
  previews         jsonb not null default '[]',
  -- What an operation whose output is JSON came to.
  output           jsonb,
  events_swept     boolean not null default false,
  error_code       text,
  error_details    jsonb,
  created_at       timestamptz not null default genbff.now(),
  started_at       timestamptz,
  completed_at     timestamptz,
  constraint generations_status check (status in ('pending', 'processing', 'complete', 'failed', 'cancelled')),
  constraint generations_end check ((status in ('complete', 'failed', 'cancelled')) = (completed_at is not null)),
  -- Liveness: what has not ended is due at some time; what has ended is never due and never leased.
  constraint generations_due check ((status in ('pending', 'processing')) = (next_run_at is not null)),
  constraint generations_leased check (lease_expires_at is null or status = 'processing'),
  constraint generations_step check ((status = 'pending') <= (step is null)),
  constraint generations_error check ((status in ('failed', 'cancelled')) = (error_code is not null)),
  constraint generations_charge check (charged between 0 and price_credits and (status = 'complete' or charged = 0)),
  constraint generations_attempts check (attempt between 0 and max_attempts)
) with (fillfactor = 70);
create index generations_due on genbff.generations (next_run_at) where status in ('pending', 'processing');
create index generations_overdue on genbff.generations (deadline_at) where status in ('pending', 'processing');
create index generations_waiting on genbff.generations (user_id, created_at, id) where status = 'pending';
create index generations_running on genbff.generations (provider, operation) where status = 'processing';
create index generations_ended on genbff.generations (completed_at) where completed_at is not null;
create index generations_by_parent on genbff.generations (parent_id) where parent_id is not null;
create index generations_by_retry on genbff.generations (retry_of) where retry_of is not null;
create index generations_open on genbff.generations (user_id) where status in ('pending', 'processing');
create index generations_by_task on genbff.generations (task_id, created_at, id);

-- No foreign key from holds: the ledger outlives what it paid for.

-- One row per submission that was allowed. `intent_at` is committed before the request leaves: a row with it and
-- without an outcome is a submission of which nobody knows what became.
create table genbff.attempts (
  generation_id    uuid not null references genbff.generations (id) on delete cascade,
  attempt          int  not null check (attempt >= 1),
  provider         text not null,
  epoch            bigint not null,
  client_reference uuid not null default gen_random_uuid(),
  request          jsonb,
  request_digest   text,
  intent_at        timestamptz,
  -- Which call committed the intent: only its own repetition may be told the same again.
  intent_call      uuid,
  outcome          text check (outcome in ('accepted', 'done', 'adopted', 'refused', 'failed', 'unknown', 'abandoned')),
  job_key          text,
  job              jsonb,
  error            jsonb,
  -- What the provider charges for it in its own unit, {unit, amount}, as soon as it says so and whatever comes of it.
  cost             jsonb,
  created_at       timestamptz not null default genbff.now(),
  finished_at      timestamptz,
  primary key (generation_id, attempt)
);
-- A provider's job belongs to one generation: two lost answers never adopt the same job.
create unique index attempts_job on genbff.attempts (provider, job_key) where job_key is not null;
-- What lies at a provider now, and what was sent there lately.
create index attempts_in_flight on genbff.attempts (provider) where intent_at is not null and finished_at is null;
create index attempts_sent on genbff.attempts (provider, intent_at) where intent_at is not null;

create table genbff.events (
  task_id       text   not null references genbff.tasks (task_id),
  seq           bigint not null,
  generation_id uuid   not null references genbff.generations (id) on delete cascade,
  version       int    not null,
  snapshot      jsonb  not null,
  created_at    timestamptz not null default genbff.now(),
  primary key (task_id, seq),
  unique (generation_id, version)
);

-- What a provider may have sold and nobody can use: for operators, and for a later owner of the generation to adopt.
create table genbff.orphans (
  id            bigint generated always as identity primary key,
  generation_id uuid not null references genbff.generations (id) on delete cascade,
  attempt       int  not null,
  provider      text not null,
  job           jsonb,
  reason        text not null,
  state         text not null default 'open' check (state in ('open', 'adopted', 'dismissed')),
  created_at    timestamptz not null default genbff.now(),
  resolved_at   timestamptz
);
create index orphans_open on genbff.orphans (created_at) where state = 'open';
create index orphans_by_generation on genbff.orphans (generation_id, attempt);

create table genbff.idempotency_keys (
  user_id       text not null,
  key           text not null check (length(key) between 1 and 255),
  digest        text not null,
  generation_id uuid not null references genbff.generations (id) on delete cascade,
  response      jsonb not null,
  expires_at    timestamptz not null,
  primary key (user_id, key)
);
create index idempotency_keys_due on genbff.idempotency_keys (expires_at);

create table genbff.quotes (
  id         uuid primary key default gen_random_uuid(),
  user_id    text not null,
  operation  text not null,
  provider   text not null,
  price      jsonb not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default genbff.now()
);
create index quotes_due on genbff.quotes (expires_at);

-- What providers told us before, or after, we knew the job: a hint with a memory.
create table genbff.webhook_inbox (
  provider      text not null,
  event_id      text not null check (length(event_id) between 1 and 255),
  job_key       text,
  payload       jsonb not null,
  generation_id uuid references genbff.generations (id) on delete cascade,
  -- The generation whose own address it came to: its job is adopted where the submission's answer got lost.
  bound_to      uuid references genbff.generations (id) on delete cascade,
  received_at   timestamptz not null default genbff.now(),
  primary key (provider, event_id)
);
create index webhook_inbox_unmatched on genbff.webhook_inbox (provider, job_key) where generation_id is null;
create index webhook_inbox_bound on genbff.webhook_inbox (bound_to) where bound_to is not null;
create index webhook_inbox_received on genbff.webhook_inbox (received_at);

-- How much may be asked of a provider at once and in a minute; operation '*' counts all of them together.
create table genbff.caps (
  provider          text not null,
  operation         text not null default '*',
  concurrency       int check (concurrency >= 1),
  starts_per_minute int check (starts_per_minute >= 1),
  primary key (provider, operation)
);

-- A provider that keeps failing is left alone for a while; one that asked for patience is given it.
create table genbff.breakers (
  provider   text primary key,
  failures   int not null default 0,
  open_until timestamptz,
  wait_until timestamptz
);

-- What an operator was called about last, and when.
create table genbff.operator_alerts (
  about      text primary key,
  alerted_at timestamptz not null
);
create index operator_alerts_by_age on genbff.operator_alerts (alerted_at);

-- Whose turn it is: users who wait, in the order in which they were last served.
create sequence genbff.turn;
create table genbff.turns (
  user_id text   primary key,
  waiting int    not null default 0 check (waiting >= 0),
  served  bigint not null default 0
) with (fillfactor = 70);
create index turns_next on genbff.turns (served, user_id) where waiting > 0;

-- What must come one after the other passes the same gate, and sees what the one before it has committed. A row that
-- everybody changes, and no advisory lock: where a role's isolation keeps one snapshot for a whole transaction, whoever
-- had to wait fails with 40001 and is repeated by the driver, instead of counting what was true before the wait.
create table genbff.gates (
  name   text   primary key,
  passed bigint not null default 0
) with (fillfactor = 10);
insert into genbff.gates (name) values ('claim'), ('queue'), ('prices');
insert into genbff.gates (name) select 'job ' || n from generate_series(0, 63) n;

create function genbff.pass_gate(p_name text) returns void
language plpgsql set search_path = '' as $$
begin
  update genbff.gates set passed = passed + 1 where name = p_name;
  if not found then
    raise exception 'there is no gate %', p_name;
  end if;
end $$;

create table public.assets (
  id                    uuid primary key default gen_random_uuid(),
  task_id               text not null references genbff.tasks (task_id),
  generation_id         uuid not null references genbff.generations (id) on delete cascade,
  user_id               text not null,
  -- A vector drawing is a picture to those who look at pictures, and none to a provider that wants pixels.
  kind                  text not null check (kind in ('image', 'vector', 'model')),
  prompt                text,
  style                 text,
  asset_url             text,
  status                text not null default 'pending' check (status in ('pending', 'processing', 'complete', 'failed')),
  source_input_asset_id uuid,
  source_asset_id       uuid,
  index                 int not null,
  -- The name of the file within its task, reserved at start: two generations never overwrite each other.
  file_index            int not null,
  storage_key           text unique,
  content_type          text,
  bytes                 bigint,
  sha256                text,
  width                 int,
  height                int,
  metadata              jsonb not null default '{}',
  created_at            timestamptz not null default genbff.now(),
  completed_at          timestamptz,
  unique (generation_id, index),
  unique (task_id, kind, file_index),
  constraint assets_complete_is_stored check
    ((status = 'complete') = (storage_key is not null and asset_url is not null and sha256 is not null and bytes is not null and content_type is not null))
);
create index assets_by_task on public.assets (task_id, created_at);
create index assets_by_user on public.assets (user_id, created_at desc);
create index assets_by_url on public.assets (asset_url) where asset_url is not null;

create table public.input_assets (
  id               uuid primary key default gen_random_uuid(),
  task_id          text,
  user_id          text not null,
  input_asset_type text not null default 'image' check (input_asset_type in ('image', 'model')),
  prompt           text,
  style            text,
  asset_url        text not null,
  status           text not null default 'pending' check (status in ('pending', 'complete', 'failed')),
  storage_key      text unique,
  filename         text,
  content_type     text,
  bytes            bigint,
  sha256           text,
  width            int,
  height           int,
  metadata         jsonb not null default '{}',
  created_at       timestamptz not null default genbff.now(),
  completed_at     timestamptz
);
create index input_assets_by_user on public.input_assets (user_id, created_at desc);
create index input_assets_by_task on public.input_assets (task_id) where task_id is not null;
create index input_assets_by_url on public.input_assets (user_id, asset_url);
create index input_assets_pending on public.input_assets (created_at) where status = 'pending';

create view public.images with (security_invoker = true) as
  select id, task_id, generation_id, user_id, prompt, style, asset_url, status, source_input_asset_id, source_asset_id,
         index, content_type, bytes, width, height, metadata, created_at, completed_at
    from public.assets where kind in ('image', 'vector');
create view public.models with (security_invoker = true) as
  select id, task_id, generation_id, user_id, prompt, style, asset_url, status, source_input_asset_id, source_asset_id,
         index, content_type, bytes, width, height, metadata, created_at, completed_at
    from public.assets where kind = 'model';

alter table genbff.tasks enable row level security;
alter table genbff.transitions enable row level security;
alter table genbff.steps enable row level security;
alter table genbff.generations enable row level security;
alter table genbff.attempts enable row level security;
alter table genbff.events enable row level security;
alter table genbff.orphans enable row level security;
alter table genbff.idempotency_keys enable row level security;
alter table genbff.quotes enable row level security;
alter table genbff.webhook_inbox enable row level security;
alter table genbff.caps enable row level security;
alter table genbff.breakers enable row level security;
alter table genbff.operator_alerts enable row level security;
alter table genbff.turns enable row level security;
alter table genbff.gates enable row level security;
alter table public.assets enable row level security;
alter table public.input_assets enable row level security;

-- ─── What every change of a generation obeys ────────────────────────────────

-- What clients are told of a generation at one version; assets are joined by the reader.
create function genbff.snapshot(g genbff.generations) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'task_id', g.task_id, 'generation_id', g.id, 'operation', g.operation, 'provider', g.provider,
    'status', g.status, 'stage', g.stage, 'progress', g.progress, 'failures', g.failures,
    'error_code', g.error_code, 'error_details', g.error_details, 'cancel_requested', g.cancel_requested,
    'held', case when g.completed_at is null then g.price_credits else 0 end, 'charged', g.charged,
    'version', g.version, 'output', g.output, 'previews', case when g.completed_at is null then g.previews else '[]' end, 'created_at', g.created_at, 'completed_at', g.completed_at)
$$;

create function genbff.check_generation_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.status <> old.status
     and not exists (select 1 from genbff.transitions where from_status = old.status and to_status = new.status) then
    raise exception 'generation %: % → % is not a transition', old.id, old.status, new.status using errcode = 'restrict_violation';
  end if;
  -- Only what retention takes away may change in what has ended: with a row goes every reference to it.
  if old.completed_at is not null
     and ((to_jsonb(new) - '{work,events_swept,parent_id,retry_of}'::text[])
            is distinct from (to_jsonb(old) - '{work,events_swept,parent_id,retry_of}'::text[])
          or coalesce(new.parent_id, old.parent_id) is distinct from old.parent_id
          or coalesce(new.retry_of, old.retry_of) is distinct from old.retry_of) then
    raise exception 'generation % has ended', old.id using errcode = 'restrict_violation';
  end if;
  if old.completed_at is not null then
    return new;
  end if;
  if new.attempt = old.attempt and old.step is not null
     and (select rank from genbff.steps where step = new.step) < (select rank from genbff.steps where step = old.step) then
    raise exception 'generation %: step % after %', old.id, new.step, old.step using errcode = 'restrict_violation';
  end if;
  if new.lease_epoch < old.lease_epoch then
    raise exception 'generation %: epoch went back', old.id using errcode = 'restrict_violation';
  end if;
  new.progress := greatest(new.progress, old.progress);
  if (new.status, new.step, new.stage, new.progress, new.cancel_requested, new.previews)
     is distinct from (old.status, old.step, old.stage, old.progress, old.cancel_requested, old.previews) then
    new.version := old.version + 1;
  end if;
  return new;
end $$;
create trigger generations_change before update on genbff.generations
  for each row execute function genbff.check_generation_change();

-- The order of a task's events is the order of its commits: the counter is handed out under the task's lock.
create function genbff.write_event() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_seq bigint;
begin
  if tg_op = 'UPDATE' and new.version = old.version then
    return null;
  end if;
  update genbff.tasks set event_seq = event_seq + 1, updated_at = genbff.now()
   where task_id = new.task_id returning event_seq into v_seq;
  insert into genbff.events (task_id, seq, generation_id, version, snapshot)
  values (new.task_id, v_seq, new.id, new.version, genbff.snapshot(new)
    || case when tg_op = 'UPDATE' and new.previews is distinct from old.previews then jsonb_build_object('preview', new.previews -> -1) else '{}' end);
  return null;
end $$;
create trigger generations_event after insert or update on genbff.generations
  for each row execute function genbff.write_event();

-- Keeps count of who waits. The generation is locked before the turn, everywhere.
create function genbff.count_waiting() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' and new.status = 'pending' then
    insert into genbff.turns (user_id, waiting) values (new.user_id, 1)
    on conflict (user_id) do update set waiting = genbff.turns.waiting + 1;
  elsif tg_op = 'UPDATE' and old.status = 'pending' and new.status <> 'pending' then
    update genbff.turns set waiting = waiting - 1 where user_id = new.user_id;
  end if;
  return null;
end $$;
create trigger generations_waiting after insert or update of status on genbff.generations
  for each row execute function genbff.count_waiting();

-- How long a provider must be left alone, as far as it can be told without asking for its probe; null: not at all.
create function genbff.known_wait(p_provider text, p_now timestamptz) returns bigint
language sql stable set search_path = '' as $$
  select ceil(extract(epoch from b.until - p_now) * 1000)::bigint
    from (select greatest(wait_until, case when failures >= 5 then open_until end) as until
            from genbff.breakers where provider = p_provider) b
   where b.until > p_now
$$;

-- Jobs that the provider told of at the generation's own address, and that nobody holds.
create function genbff.told_jobs(p_generation_id uuid, p_provider text) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(w.payload -> 'job' order by w.received_at), '[]') from genbff.webhook_inbox w
   where w.bound_to = p_generation_id and w.provider = p_provider and w.payload ? 'job'
     and not exists (select 1 from genbff.attempts a where a.provider = w.provider and a.job_key = w.job_key)
$$;

-- What a worker needs to know of a generation and its current attempt.
create function genbff.work_order(g genbff.generations) returns jsonb
language sql stable set search_path = '' as $$
  select to_jsonb(g) || jsonb_build_object(
    'now', genbff.now(),
    'provider_wait_ms', case when g.step = 'intent' then genbff.known_wait(g.provider, genbff.now()) end,
    'attempt_row', (select to_jsonb(a) from genbff.attempts a where a.generation_id = g.id and a.attempt = g.attempt),
    'assets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'index', s.index, 'file_index', s.file_index, 'kind', s.kind) order by s.index), '[]')
                 from public.assets s where s.generation_id = g.id),
    'late_jobs', (select coalesce(jsonb_agg(o.job order by o.id), '[]') from genbff.orphans o
                   where o.generation_id = g.id and o.attempt = g.attempt and o.state = 'open' and o.job is not null)
      || case when g.step = 'submit_unknown' then genbff.told_jobs(g.id, g.provider) else '[]' end)
$$;

select genbff.close_doors();
