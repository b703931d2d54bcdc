-- A worker that stops gives back what it holds: whoever looks next goes on at once, instead of waiting for a lease to run out.

-- p_leases: [{generation_id, epoch}]. Only the epoch that holds a lease can give it back, and from then on that epoch
-- can write nothing. What was committed stays, as after a death; but nobody died, so the attempt is not used up. A
-- submission that had left is found with its intent and without an answer: unknown, as ever. Repeating it changes nothing.
create function public.genbff_hand_over(p_leases jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_given jsonb;
begin
  -- In the order in which a sweep locks them.
  perform from genbff.generations
    where id in (select l.generation_id from jsonb_to_recordset(p_leases) l(generation_id uuid))
    order by wallet_id, id for update;
  with given as (
    update genbff.generations g
       set lease_owner = null, lease_epoch = g.lease_epoch + 1, lease_expires_at = null, next_run_at = genbff.now()
      from jsonb_to_recordset(p_leases) l(generation_id uuid, epoch bigint)
     where g.id = l.generation_id and g.lease_epoch = l.epoch and g.status = 'processing' and g.lease_expires_at is not null
    returning g.id)
  select coalesce(jsonb_agg(id), '[]') into v_given from given;
  return v_given;
end $$;

select genbff.close_doors();
