-- Which migrations the database has seen, for drivers that cannot migrate and therefore only look. Empty where somebody
-- ran the files by hand, without the migrator's bookkeeping.
create function public.genbff_schema() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if to_regclass('genbff.migrations') is null then
    return '[]';
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('folder', folder, 'number', number, 'checksum', checksum) order by folder, number), '[]')
      from genbff.migrations);
end $$;

select genbff.close_doors();
