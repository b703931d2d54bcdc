-- Ada has ten credits of a promotion, to be used first, and a hundred that she bought. A picture cost her 30.
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 100, p_idempotency_key => 'payment-1', p_source => 'purchase');
select public.genbff_grant(p_wallet_id => 'ada', p_amount => 10, p_idempotency_key => 'spring', p_source => 'promotion', p_priority => 50);
select r.state from jsonb_to_record(public.genbff_hold(
  p_wallet_id => 'ada', p_amount => 30, p_idempotency_key => 'work-1', p_external_reference => 'invoice 7', p_expires_in_ms => 600000
)) as r (state text);
select r.captured from jsonb_to_record(public.genbff_capture(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_full => true
)) as r (captured bigint);

-- The picture was not what she asked for. 25 come back, to the lots that paid: what was taken last returns first.
select r.kind, r.amount, r.balance_after from jsonb_to_record(public.genbff_refund(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 25, p_idempotency_key => 'ticket-5',
  p_reason => 'wrong picture', p_actor => 'grace'
)) as r (kind text, amount bigint, balance_after bigint);
select g.source, g.amount, g.remaining from genbff.grants g order by g.priority;

-- The same ticket refunds once. Another one cannot give back more than is left of the capture.
select r.kind, r.amount, r.balance_after from jsonb_to_record(public.genbff_refund(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 25, p_idempotency_key => 'ticket-5',
  p_reason => 'wrong picture', p_actor => 'grace'
)) as r (kind text, amount bigint, balance_after bigint);
select public.genbff_refund(
  p_hold_id => (select id from genbff.holds where external_reference = 'invoice 7'), p_amount => 6, p_idempotency_key => 'ticket-6',
  p_reason => 'still angry', p_actor => 'grace'
);

-- An operator's correction names its reason and its actor, and never takes more than is there.
select r.amount from jsonb_to_record(public.genbff_adjust('ada', -5, 'correction-1', 'granted twice', 'grace')) as r (amount bigint);
select public.genbff_adjust('ada', -500, 'correction-2', 'typing error', 'grace');

select seq, kind, amount, balance_after, reason from public.credit_transactions where user_id = 'ada' order by seq;
select * from public.genbff_verify();
