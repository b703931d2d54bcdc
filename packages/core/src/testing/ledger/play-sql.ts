/**
 * For a test database alone: time that a session sets for itself (`set_config('genbff_test.now', …)`).
 * Where it is not set, the clock goes on as ever.
 */
export const virtualTimeSql = `
create or replace function genbff.now() returns timestamptz language sql volatile as $$
  select coalesce(nullif(current_setting('genbff_test.now', true), '')::timestamptz, pg_catalog.clock_timestamp())
$$;`;

/**
 * `genbff_test.play` makes a whole sequence of calls in one round trip, a millisecond of virtual time apart, each as
 * atomic as a call of its own, and tells what each came to and, after every p_every of them, everything there is.
 *
 * All of it is plpgsql, which plans a query once for a connection; functions in SQL would be planned at every call, which
 * made sequences five times as slow.
 */
export const playSql = `
${virtualTimeSql}
create schema genbff_test;

create function genbff_test.state(p_now timestamptz) returns jsonb language plpgsql as $$
begin
  return jsonb_build_object(
    'wallets', (select coalesce(jsonb_agg(jsonb_build_array(user_id, balance, held,
        balance - held - genbff.expired_credits(user_id, p_now), seq, subscription_tier, lifetime_granted, lifetime_spent)
        order by user_id), '[]') from public.user_credits),
    'lots', (select coalesce(jsonb_agg(jsonb_build_array(wallet_id, source, amount, remaining, held) order by id), '[]') from genbff.grants),
    'holds', (select coalesce(jsonb_agg(jsonb_build_array(h.wallet_id, h.idempotency_key, h.state, p.parts) order by h.wallet_id, h.idempotency_key), '[]')
      from genbff.holds h join (
        select l.hold_id, jsonb_agg(jsonb_build_array(g.number, l.amount, l.captured, l.refunded) order by l.position) as parts
          from genbff.hold_lots l join (select id, row_number() over (order by id) as number from genbff.grants) g on g.id = l.grant_id
         group by l.hold_id) p on p.hold_id = h.id),
    'last', (select coalesce(jsonb_agg((select jsonb_build_array(t.kind, t.amount, t.balance_after) from genbff.transactions t
        where t.wallet_id = w.user_id order by t.seq desc limit 1) order by w.user_id), '[]') from public.user_credits w),
    'payments', jsonb_build_array((select count(*) from genbff.payment_events), (select count(*) from genbff.purchases)));
end $$;

-- Branches, and not one expression: what is not asked for is not made ready either.
create function genbff_test.plain(p_function text, p_result jsonb) returns jsonb language plpgsql as $$
declare
  v_plain jsonb;
begin
  if p_function in ('genbff_hold', 'genbff_capture', 'genbff_release') then
    return jsonb_build_object('key', p_result -> 'idempotency_key', 'amount', p_result -> 'amount', 'state', p_result -> 'state', 'captured', p_result -> 'captured');
  elsif p_function = 'genbff_refund' then
    return jsonb_build_object('seq', p_result -> 'seq', 'lot', null, 'amount', p_result -> 'amount', 'balance_after', p_result -> 'balance_after');
  elsif p_function = 'genbff_set_allowance' then
    return jsonb_build_object('credits', p_result -> 'credits');
  elsif not p_result ? 'transaction_id' then
    return p_result;
  end if;
  v_plain := (p_result - '{transaction_id,grant_id,replayed}'::text[])
    || jsonb_build_object('seq', (select t.seq from genbff.transactions t where t.id = (p_result ->> 'transaction_id')::bigint));
  if p_result ? 'grant_id' then
    v_plain := v_plain || jsonb_build_object('lot', (select count(*) from genbff.grants g where g.id <= (p_result ->> 'grant_id')::bigint));
  end if;
  return v_plain;
end $$;

-- The text of genbff_verify() itself, in a language that keeps its plan: planning it costs more than running it.
do $do$ begin
  execute format('create function genbff_test.violations() returns jsonb language plpgsql as $f$
    begin return (select coalesce(jsonb_agg(to_jsonb(v)), ''[]'') from (%s) v (invariant, wallet_id, detail)); end $f$',
    (select prosrc from pg_catalog.pg_proc where oid = 'public.genbff_verify'::regproc));
end $do$;

create function genbff_test.play(p_start timestamptz, p_commands jsonb, p_every int default 1) returns jsonb language plpgsql as $$
declare
  v_now timestamptz := p_start;
  v_command jsonb;
  v_arguments text;
  v_result jsonb;
  v_ids jsonb := '{}';
  v_told jsonb[] := '{}';
  v_detail text;
  v_step int := 0;
begin
  for v_command in select * from jsonb_array_elements(p_commands) loop
    v_now := p_start + (v_command ->> 'at')::bigint * interval '1 millisecond';
    perform set_config('genbff_test.now', v_now::text, true);
    if not v_command ? 'call' then
      v_result := '{"ok": null}';
    else
      select string_agg(format('%I => %L', a.key, case
          when jsonb_typeof(a.value) = 'object' and a.value ? 'hold' then coalesce(v_ids ->> (a.value ->> 'hold'), '00000000-0000-4000-8000-000000000000')
          when jsonb_typeof(a.value) = 'object' then (v_now - (a.value ->> 'ago')::bigint * interval '1 millisecond')::text
          else a.value #>> '{}' end), ', ') into v_arguments from jsonb_each(v_command -> 'args') a;
      begin
        execute format('select public.%I(%s)', v_command ->> 'call', v_arguments) into v_result;
        if v_command ->> 'call' = 'genbff_hold' then
          v_ids := v_ids || jsonb_build_object((v_command #>> '{args,p_wallet_id}') || '/' || (v_command #>> '{args,p_idempotency_key}'), v_result -> 'id');
        end if;
        v_result := jsonb_build_object('ok', genbff_test.plain(v_command ->> 'call', v_result));
      exception when others then
        get stacked diagnostics v_detail = pg_exception_detail;
        v_result := jsonb_build_object('refused', case when sqlstate like 'PT%' then sqlerrm else sqlstate || ' ' || sqlerrm end,
          'details', case when sqlstate like 'PT%' then v_detail::jsonb else '{}' end);
      end;
    end if;
    v_step := v_step + 1;
    v_told := v_told || (v_result || case when v_step % p_every = 0 then jsonb_build_object('state', genbff_test.state(v_now)) else '{}' end);
  end loop;
  return jsonb_build_object('steps', to_jsonb(v_told), 'end', genbff_test.state(v_now), 'violations', genbff_test.violations());
end $$;`;
