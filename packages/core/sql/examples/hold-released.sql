-- Ada has two lots: ten credits of a promotion, to be used first, and a hundred that she bought.
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 100, p_idempotency_key => 'purchase-1', p_source => 'purchase');
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 10, p_idempotency_key => 'spring', p_source => 'promotion', p_priority => 50);

-- A hold of 30 takes all of the promotion and 20 of the purchase.
select r.state, r.amount from jsonb_to_record(public.genbff_hold(
  p_wallet_id => 'ada', p_amount => 30, p_idempotency_key => 'work-1', p_external_reference => 'invoice 7', p_expires_in_ms => 600000
)) as r (state text, amount bigint);
select g.source, g.amount, g.remaining, g.held from genbff.grants g order by g.priority;

-- The work failed. Releasing the hold gives each lot its own credits back, and nothing was charged.
select r.state, r.captured from jsonb_to_record(public.genbff_release(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7')
)) as r (state text, captured bigint);
select g.source, g.amount, g.remaining, g.held from genbff.grants g order by g.priority;

-- What was released cannot be captured any more.
select public.genbff_capture(p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_full => true);

-- A hold moves no credits, so the entries tell of the two grants only.
select seq, kind, amount, balance_after, reason from public.credit_transactions where user_id = 'ada' order by seq;
select * from public.genbff_verify();
