-- Ada has five credits that last for a moment, and five that last.
select r.amount from jsonb_to_record(public.genbff_grant(
  p_wallet_id => 'ada', p_amount => 5, p_idempotency_key => 'daily', p_source => 'promotion', p_expires_in_ms => 3000)) as r (amount bigint);
select r.amount from jsonb_to_record(public.genbff_grant(
  p_wallet_id => 'ada', p_amount => 5, p_idempotency_key => 'payment-1', p_source => 'purchase')) as r (amount bigint);

-- Work sets three aside: of those that end first.
select r.state, r.amount from jsonb_to_record(public.genbff_hold(
  p_wallet_id => 'ada', p_amount => 3, p_idempotency_key => 'work-1', p_external_reference => 'invoice 7', p_expires_in_ms => 600000
)) as r (state text, amount bigint);
select from pg_sleep(3.1);

-- The moment has passed. The two that nobody holds are gone at once, although no sweep has come by.
select public.genbff_balance(p_wallet_id => 'ada') - 'subscription_tier' as balance;

-- The sweep writes it down, once.
select public.genbff_expire_due();
select public.genbff_expire_due();

-- The three live on until the work has ended. It used one; the two that come back have ended meanwhile.
select r.captured from jsonb_to_record(public.genbff_capture(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 1
)) as r (captured bigint);
select public.genbff_balance(p_wallet_id => 'ada') - 'subscription_tier' as balance;
select seq, kind, amount, balance_after, reason from public.credit_transactions where user_id = 'ada' order by seq;
select * from public.genbff_verify();
