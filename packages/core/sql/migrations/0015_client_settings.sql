-- What the server looks at of what a project has chosen, and of what its users write past it.

-- A row that a client wrote: where it says that its file lies. Nothing else of it is taken, and whose the file is the server
-- decides by itself.
create function public.genbff_client_row(p_user_id text, p_id text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_asset_url text;
begin
  select asset_url into v_asset_url from public.input_assets
   where id = genbff.uuid_or_null(p_id) and user_id = p_user_id and storage_key is null;
  if not found then
    perform genbff.refuse(404, 'not_found');
  end if;
  return jsonb_build_object('asset_url', v_asset_url);
end $$;

-- The names of the views that `genbff.set_views` has made, and whether users may write rows of their own.
create function public.genbff_client_settings() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'views', (
      select coalesce(jsonb_agg(c.relname order by c.relname), '[]') from pg_catalog.pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and obj_description(c.oid, 'pg_class') like 'GenBFF view of %'),
    'client_rows', exists (
      select from pg_catalog.pg_policy where polrelid = 'public.input_assets'::regclass and polname = 'client_rows'))
$$;

select genbff.close_doors();
