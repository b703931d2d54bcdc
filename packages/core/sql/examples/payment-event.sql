-- A payment provider tells that Ada bought 100 credits. The event and the credits are one transaction.
select public.genbff_payment_event('stripe', 'evt_1', 'order-7', 'ada', 100);

-- The same event again, and another event of the same purchase: answered, and nothing is granted twice.
select public.genbff_payment_event('stripe', 'evt_1', 'order-7', 'ada', 100);
select public.genbff_payment_event('stripe', 'evt_2', 'order-7', 'ada', 100);

-- The purchase is Ada's and is of 100. It cannot pay Grace, nor another amount, and an event tells of one purchase.
select public.genbff_payment_event('stripe', 'evt_3', 'order-7', 'grace', 100);
select public.genbff_payment_event('stripe', 'evt_3', 'order-7', 'ada', 120);
select public.genbff_payment_event('stripe', 'evt_1', 'order-8', 'ada', 100);

-- What was refused left nothing behind, not even a wallet.
select user_id, balance from public.user_credits order by user_id;
select provider, event_id, purchase_id from genbff.payment_events order by event_id;
select * from public.genbff_verify();
