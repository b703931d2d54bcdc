-- What operators look at before they grant, correct or give back: read-only, one subject at a time. Prompts, inputs, URLs and
-- what a provider handed back beside a job's name are left out: they help nobody to settle a question of money.

-- A hold, and what of it was paid and given back again.
create function genbff.hold_for_operators(h genbff.holds) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'hold_id', h.id, 'state', h.state, 'amount', h.amount, 'captured', h.captured,
    'refunded', (select coalesce(sum(p.refunded), 0) from genbff.hold_lots p where p.hold_id = h.id),
    'generation_id', h.generation_id, 'external_reference', h.external_reference, 'expires_at', h.expires_at,
    'created_at', h.created_at, 'settled_at', h.settled_at)
$$;

-- Of those who never asked for anything there is nothing to tell. The wallet is named by the server: who pays for whom is its
-- own rule.
create function public.genbff_inspect_user(p_user_id text, p_wallet_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (select from public.user_credits where user_id in (p_user_id, p_wallet_id))
     and not exists (select from genbff.tasks where user_id = p_user_id)
     and not exists (select from public.input_assets where user_id = p_user_id) then
    perform genbff.refuse(404, 'not_found');
  end if;
  return jsonb_build_object(
    'user_id', p_user_id, 'wallet_id', p_wallet_id, 'balance', public.genbff_balance(p_wallet_id),
    'tasks', (select count(*) from genbff.tasks where user_id = p_user_id),
    'open_generations', (
      select count(*) from genbff.generations where user_id = p_user_id and status in ('pending', 'processing')),
    'generations', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'generation_id', g.id, 'task_id', g.task_id, 'operation', g.operation, 'provider', g.provider,
          'status', g.status, 'error', g.error_code, 'charged', g.charged, 'created_at', g.created_at,
          'completed_at', g.completed_at) order by g.created_at desc, g.id desc), '[]')
        from (
          select n.* from (
            select task_id from genbff.tasks where user_id = p_user_id order by updated_at desc, task_id limit 50) t
            join genbff.generations n using (task_id)
           order by n.created_at desc, n.id desc limit 50) g));
end $$;

-- The newest holds in any state: what was paid by one of them can be given back, by its id.
create function public.genbff_inspect_wallet(p_wallet_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (select from public.user_credits where user_id = p_wallet_id) then
    perform genbff.refuse(404, 'not_found');
  end if;
  return jsonb_build_object(
    'wallet_id', p_wallet_id, 'balance', public.genbff_balance(p_wallet_id),
    'lots', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'grant_id', l.id, 'source', l.source, 'amount', l.amount, 'remaining', l.remaining, 'held', l.held,
          'priority', l.priority, 'expires_at', l.expires_at, 'created_at', l.created_at
        ) order by l.priority, l.expires_at, l.created_at, l.id), '[]')
        from (select * from genbff.grants where wallet_id = p_wallet_id and not used_up
               order by priority, expires_at, created_at, id limit 50) l),
    'holds', (
      select coalesce(jsonb_agg(genbff.hold_for_operators(h) order by h.created_at desc, h.id desc), '[]')
        from (select * from genbff.holds where wallet_id = p_wallet_id order by created_at desc, id desc limit 50) h),
    'entries', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'transaction_id', t.id, 'seq', t.seq, 'kind', t.kind, 'amount', t.amount, 'balance_after', t.balance_after,
          'reason', t.reason, 'actor', t.actor, 'grant_id', t.grant_id, 'hold_id', t.hold_id, 'created_at', t.created_at
        ) order by t.seq desc), '[]')
        from (select * from genbff.transactions where wallet_id = p_wallet_id order by seq desc limit 50) t));
end $$;

create function public.genbff_inspect_generation(p_generation_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  g genbff.generations;
begin
  select * into g from genbff.generations where id = genbff.uuid_or_null(p_generation_id);
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return jsonb_build_object(
    'generation_id', g.id, 'task_id', g.task_id, 'user_id', g.user_id, 'wallet_id', g.wallet_id,
    'parent_generation_id', g.parent_id, 'retry_of', g.retry_of, 'operation', g.operation, 'provider', g.provider,
    'candidates', to_jsonb(g.candidates), 'status', g.status, 'step', g.step, 'version', g.version,
    'cancel_requested', g.cancel_requested, 'attempt', g.attempt, 'max_attempts', g.max_attempts,
    'retries', g.retries, 'error', g.error_code, 'failures', g.failures,
    'lease_owner', g.lease_owner, 'lease_epoch', g.lease_epoch, 'lease_expires_at', g.lease_expires_at,
    'next_run_at', g.next_run_at, 'deadline_at', g.deadline_at, 'created_at', g.created_at,
    'started_at', g.started_at, 'completed_at', g.completed_at,
    'price', g.price, 'price_credits', g.price_credits, 'charged', g.charged,
    'hold', (select genbff.hold_for_operators(h) from genbff.holds h where h.generation_id = g.id),
    'attempts', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'attempt', a.attempt, 'provider', a.provider, 'client_reference', a.client_reference, 'job_key', a.job_key,
          'outcome', a.outcome, 'error', a.error, 'cost', a.cost, 'intent_at', a.intent_at, 'created_at', a.created_at,
          'finished_at', a.finished_at) order by a.attempt), '[]')
        from genbff.attempts a where a.generation_id = g.id),
    'orphans', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'orphan_id', o.id, 'attempt', o.attempt, 'provider', o.provider, 'job_key', o.job ->> 'key', 'reason', o.reason,
          'state', o.state, 'created_at', o.created_at, 'resolved_at', o.resolved_at) order by o.id), '[]')
        from genbff.orphans o where o.generation_id = g.id),
    'assets', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'asset_id', s.id, 'index', s.index, 'kind', s.kind, 'status', s.status, 'content_type', s.content_type,
          'bytes', s.bytes) order by s.index), '[]')
        from public.assets s where s.generation_id = g.id));
end $$;

select genbff.close_doors();
