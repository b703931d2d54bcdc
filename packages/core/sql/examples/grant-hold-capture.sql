-- Ada buys 100 credits. The key is the purchase's id, so a payment event that is delivered twice grants once.
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 100, p_idempotency_key => 'purchase-1', p_source => 'purchase');
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 100, p_idempotency_key => 'purchase-1', p_source => 'purchase');

-- Work that may cost up to 30 sets them aside. They are still hers, but she cannot spend them twice.
select r.state, r.amount from jsonb_to_record(public.genbff_hold(
  p_wallet_id => 'ada', p_amount => 30, p_idempotency_key => 'work-1', p_external_reference => 'invoice 7', p_expires_in_ms => 600000
)) as r (state text, amount bigint);
select public.genbff_balance(p_wallet_id => 'ada') - 'subscription_tier' as balance;

-- It cost 20. The other 10 are free again in the same moment.
select r.state, r.amount, r.captured from jsonb_to_record(public.genbff_capture(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 20
)) as r (state text, amount bigint, captured bigint);
select public.genbff_balance(p_wallet_id => 'ada') - 'subscription_tier' as balance;

-- The same capture again is answered, and moves nothing. Another amount is refused: a hold is resolved once.
select r.state, r.captured from jsonb_to_record(public.genbff_capture(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 20
)) as r (state text, captured bigint);
select public.genbff_capture(p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 25);

-- Every movement is an entry, numbered, with the balance after it.
select seq, kind, amount, balance_after, reason from public.credit_transactions where user_id = 'ada' order by seq;

-- Nothing contradicts anything.
select * from public.genbff_verify();
