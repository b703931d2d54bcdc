-- Two movements: a hold, and the capture of a part of it. For pgbench, which knows :wallets.
\set wallet random(1, :wallets)
select quote_literal(public.genbff_hold(p_wallet_id => 'w' || :wallet, p_amount => 3, p_idempotency_key => gen_random_uuid()::text, p_external_reference => 'bench', p_expires_in_ms => 600000) ->> 'id') as hold \gset
select public.genbff_capture(p_hold_id => :hold, p_amount => 2);
