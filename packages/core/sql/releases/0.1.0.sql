-- What a database of 0.1.0 may hold on the day of an upgrade, made by the functions of that version. A story of its own
-- for each release: never edited after it, and played on its schema by `upgrade.test.ts`.
-- A generation's task is named after where it stands; how each must end is told in 0.1.0.json. The test puts the address
-- of a vendor's outputs in place of OUTPUTS.

-- ─── The ledger ─────────────────────────────────────────────────────────────

select public.genbff_set_allowance('free', 'day', 4);
select public.genbff_set_allowance('pro', 'month', 40);
select public.genbff_set_tier('ada', 'pro');
select public.genbff_welcome('ada', 20);
select public.genbff_grant('ada', 1000, 'gift', 'promotion', 10, 2592000000, 'spring', 'grace');
select public.genbff_grant('ada', 7, 'gone', p_expires_in_ms => 1);
select public.genbff_payment_event('stripe', 'evt_1', 'order-1', 'ada', 100);
select public.genbff_payment_event('stripe', 'evt_2', 'order-1', 'ada', 100);
select public.genbff_adjust('ada', 11, 'up', 'apology', 'grace');
select public.genbff_adjust('ada', -4, 'down', 'double gift', 'grace');
select public.genbff_hold('ada', 9, 'poster', 'poster', 86400000);
select public.genbff_hold('ada', 8, 'late', 'poster', 1);
select public.genbff_hold('ada', 6, 'paid', 'poster', 86400000);
select public.genbff_capture((select id from genbff.holds where idempotency_key = 'paid'), 5);
select public.genbff_refund((select id from genbff.holds where idempotency_key = 'paid'), 2, 'back', 'late', 'grace');
select public.genbff_hold('ada', 5, 'nothing', 'poster', 86400000);
select public.genbff_release((select id from genbff.holds where idempotency_key = 'nothing'));
select public.genbff_set_operation_cost('picture', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('picture', 2, 'output', '{"quality": {"high": 200}}');

-- ─── Generations ────────────────────────────────────────────────────────────

create function pg_temp.start(p_task text, p_provider text default 'vendor', p_outputs int default 1, p_credits int default 3, p_key text default null)
returns uuid language sql as $$
  select (public.genbff_start(
    p_user_id => 'ada', p_wallet_id => 'ada', p_task_id => p_task, p_operation => 'text-to-image', p_provider => p_provider,
    p_input => '{"prompt": "a lamp"}', p_sources => '[]', p_prompt => 'a lamp', p_style => null, p_style_version => 1,
    p_output_kind => 'image', p_outputs => p_outputs, p_quote_id => null, p_idempotency_key => p_key, p_digest => p_key,
    p_price => jsonb_build_object('key', 'of old', 'version', null, 'per', 'output', 'unit', p_credits, 'credits', p_credits * p_outputs, 'basis', '{}'::jsonb),
    p_retry_of => null, p_limits => '{"open_generations_per_user": 100, "queue_depth": 1000, "attempts": 3, "deadline_ms": 3600000}'
  ) ->> 'generation_id')::uuid
$$;

-- Claimed by a worker that will be gone: its lease runs out at once.
create function pg_temp.claim(p_task text, p_provider text default 'vendor', p_outputs int default 1) returns uuid language plpgsql as $$
declare
  v_id uuid := pg_temp.start(p_task, p_provider, p_outputs);
begin
  if (public.genbff_claim('of old', 1, 1) -> 0 ->> 'id')::uuid is distinct from v_id then
    raise exception 'somebody else is in turn';
  end if;
  return v_id;
end $$;

-- The last commit before the request leaves.
create function pg_temp.send(p_task text, p_provider text default 'vendor', p_outputs int default 1) returns uuid language plpgsql as $$
declare
  v_id uuid := pg_temp.claim(p_task, p_provider, p_outputs);
begin
  perform public.genbff_intent(v_id, 1, '{"prompt": "a lamp"}', 'digest');
  return v_id;
end $$;

create function pg_temp.record(p_id uuid, p_changes jsonb) returns jsonb language sql as $$
  select public.genbff_record(p_id, 1, p_changes, 0)
$$;

create function pg_temp.stored(p_id uuid, p_index int) returns jsonb language sql as $$
  select jsonb_build_object('index', p_index, 'storage_key', p_id || '/' || p_index || '.png', 'asset_url', 'memory://' || p_id || '/' || p_index || '.png',
    'content_type', 'image/png', 'bytes', 1, 'sha256', '00', 'width', 1, 'height', 1, 'metadata', '{}'::jsonb)
$$;

select pg_temp.claim('claimed');
select pg_temp.send('sent');
select pg_temp.send('sent-mute', 'mute');
select pg_temp.record(pg_temp.send('unknown'), '{"step": "submit_unknown", "outcome": "unknown"}');
select pg_temp.record(pg_temp.send('submitted'), '{"step": "submitted", "outcome": "accepted", "health": "ok", "job": {"key": "job-1"}, "progress": 40}');
select pg_temp.record(pg_temp.send('heard'), '{"step": "submitted", "outcome": "accepted", "job": {"key": "job-2"}}');
select public.genbff_webhook('vendor', 'event-1', 'job-2', '{"done": true}');
select public.genbff_webhook('vendor', 'event-2', 'job-nobody-knows', '{"done": true}');
select pg_temp.record(pg_temp.send('cancelling'), '{"step": "submitted", "outcome": "accepted", "job": {"key": "job-3"}}');
select public.genbff_cancel('ada', id) from genbff.generations where task_id = 'cancelling';
select pg_temp.record(pg_temp.send('fetching'), '{"step": "fetching", "outcome": "done", "work": {"outputs": [{"index": 0, "url": "OUTPUTS/0.png"}]}}');
with sent as materialized (select pg_temp.send('storing', p_outputs => 2) as id)
select pg_temp.record(id, jsonb_build_object('step', 'storing', 'outcome', 'done', 'work', jsonb_build_object(
  'stored', jsonb_build_array(pg_temp.stored(id, 0)),
  'outputs', '[{"index": 0, "url": "OUTPUTS/0.png"}, {"index": 1, "url": "OUTPUTS/1.png"}]'::jsonb))) from sent;
with sent as materialized (select pg_temp.send('settling') as id)
select pg_temp.record(id, jsonb_build_object('step', 'settling', 'outcome', 'done', 'work', jsonb_build_object(
  'stored', jsonb_build_array(pg_temp.stored(id, 0))))) from sent;
with sent as materialized (select pg_temp.send('partly-settling', p_outputs => 2) as id)
select pg_temp.record(id, jsonb_build_object('step', 'settling', 'outcome', 'done', 'work', jsonb_build_object(
  'stored', jsonb_build_array(pg_temp.stored(id, 0)),
  'failures', '[{"index": 1, "code": "content_rejected"}]'::jsonb))) from sent;

with sent as materialized (select pg_temp.send('complete') as id)
select public.genbff_finish(id, 1, jsonb_build_array(pg_temp.stored(id, 0))) from sent;
select public.genbff_fail(pg_temp.send('failed'), 1, 'provider_failed', p_outcome => 'failed');
select public.genbff_fail(pg_temp.send('orphaned', 'mute'), 1, 'submission_unknown', p_outcome => 'unknown');
select public.genbff_cancel('ada', pg_temp.start('cancelled'));

-- Children are born with their parent's end: one waits, one cannot be paid.
with sent as materialized (select pg_temp.send('family') as id)
select public.genbff_finish(id, 1, jsonb_build_array(pg_temp.stored(id, 0)), p_children => (
  select jsonb_agg(jsonb_build_object(
    'operation', 'text-to-image', 'provider', 'vendor', 'candidates', '[]'::jsonb, 'input', jsonb_build_object('prompt', name), 'sources', '[]'::jsonb,
    'prompt', name, 'style', null, 'style_version', 1, 'output_kind', 'image', 'outputs', 1,
    'price', jsonb_build_object('key', 'of old', 'version', null, 'per', 'output', 'unit', credits, 'credits', credits, 'basis', '{}'::jsonb),
    'limits', '{"attempts": 3, "deadline_ms": 3600000}'::jsonb))
    from (values ('child', 2), ('unpaid', 1000000)) c(name, credits))) from sent;

select pg_temp.start('pending', p_key => 'told twice');
select pg_temp.start('pending-free', p_credits => 0);
select public.genbff_set_caps('[{"provider": "vendor", "concurrency": 50}]');
