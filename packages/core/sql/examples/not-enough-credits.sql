-- Ada has 10 credits.
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 10, p_idempotency_key => 'purchase-1', p_source => 'purchase');

-- 12 are too many. The refusal says what is there, and changes nothing.
select public.genbff_hold(
  p_wallet_id => 'ada', p_amount => 12, p_idempotency_key => 'work-1', p_external_reference => 'invoice 7', p_expires_in_ms => 600000
);
select count(*) as holds from genbff.holds;

-- It claimed no key either: after a top-up the same request goes through.
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 5, p_idempotency_key => 'purchase-2', p_source => 'purchase');
select r.state, r.amount from jsonb_to_record(public.genbff_hold(
  p_wallet_id => 'ada', p_amount => 12, p_idempotency_key => 'work-1', p_external_reference => 'invoice 7', p_expires_in_ms => 600000
)) as r (state text, amount bigint);

-- An amount is a whole number, 1 or more. A fraction is refused rather than rounded.
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 1.5, p_idempotency_key => 'purchase-3');
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 0, p_idempotency_key => 'purchase-3');
select public.genbff_grant(p_wallet_id => 'ada', p_amount => null, p_idempotency_key => 'purchase-3');

select public.genbff_balance(p_wallet_id => 'ada') - 'subscription_tier' as balance;
select * from public.genbff_verify();
