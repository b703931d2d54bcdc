import { Client } from "pg";
import type { PostgresVersion } from "./postgres-binaries.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

/**
 * Starts a Postgres with Supabase's roles. Not the one of all other tests: what migrations do depends on the roles that
 * they find.
 *
 * @param settings - Of `postgresql.conf`, e.g. `{ synchronous_commit: "on" }` for tests of crashes.
 */
export async function startSupabasePostgres(
  version: PostgresVersion = 18,
  settings: Record<string, string> = {},
): Promise<PostgresServer> {
  const server = await startPostgres(settings, version, "memory");
  await makeSupabase(server);
  return server;
}

/** Every database is a copy of template0, which is made to look as a new project's. */
async function makeSupabase(server: PostgresServer): Promise<void> {
  const admin = new Client(server.url);
  await admin.connect();
  await admin.query(roles);
  await admin.query("update pg_database set datallowconn = true where datname = 'template0'");
  const url = new URL(server.url);
  url.pathname = "/template0";
  const template = new Client(url.href);
  await template.connect();
  await template.query(defaultPrivileges);
  await template.query(authSchema);
  await template.query(storageSchema);
  await template.query(realtime);
  await template.end();
  await admin.query("update pg_database set datallowconn = false where datname = 'template0'");
  await admin.end();
}

/**
 * By https://supabase.com/docs/guides/database/postgres/roles. `project_owner` is what a project calls `postgres`: the role
 * that `supabase db push` works as, and no superuser. The superuser, who is called postgres here, is its `supabase_admin`.
 */
const roles = `
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role authenticator login noinherit;
  grant anon, authenticated, service_role to authenticator;
  create role supabase_storage_admin nologin noinherit createrole;
  create role project_owner login createrole createdb bypassrls;
  grant supabase_storage_admin to project_owner`;

/**
 * What a project grants on whatever is made in public: everything to everybody, where "Default privileges for new
 * entities" is on, as it was for all older projects. By https://supabase.com/docs/guides/database/data-api.
 */
const defaultPrivileges = `
  grant usage on schema public to anon, authenticated, service_role;
  ${["postgres", "project_owner"]
    .map(
      (owner) => `
  alter default privileges for role ${owner} in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges for role ${owner} in schema public grant all on functions to anon, authenticated, service_role;
  alter default privileges for role ${owner} in schema public grant all on sequences to anon, authenticated, service_role;`,
    )
    .join("")}`;

/** The functions of https://github.com/supabase/auth, by their migrations; its tables are nobody's business here. */
const authSchema = `
  create schema auth;
  grant usage on schema auth to anon, authenticated, service_role, project_owner;
  create function auth.uid() returns uuid language sql stable as $$
    select coalesce(
      nullif(current_setting('request.jwt.claim.sub', true), ''),
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
    )::uuid
  $$;
  create function auth.role() returns text language sql stable as $$
    select coalesce(
      nullif(current_setting('request.jwt.claim.role', true), ''),
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
    )::text
  $$;
  create function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(
      nullif(current_setting('request.jwt.claim', true), ''),
      nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
  $$`;

/**
 * The columns of https://supabase.com/docs/guides/storage/schema/design. A project lets its owner write policies for
 * storage.objects by an extension (supautils); here the owner belongs to the role that owns the table.
 */
const storageSchema = `
  create schema storage authorization supabase_storage_admin;
  grant usage on schema storage to anon, authenticated, service_role, project_owner;
  create table storage.buckets (
    id text primary key, name text not null unique, owner uuid, created_at timestamptz default now(),
    updated_at timestamptz default now(), public boolean default false, avif_autodetection boolean default false,
    file_size_limit bigint, allowed_mime_types text[], owner_id text);
  create table storage.objects (
    id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets (id), name text, owner uuid,
    created_at timestamptz default now(), updated_at timestamptz default now(), last_accessed_at timestamptz default now(),
    metadata jsonb, path_tokens text[] generated always as (string_to_array(name, '/')) stored, version text, owner_id text,
    user_metadata jsonb, unique (bucket_id, name));
  alter table storage.buckets owner to supabase_storage_admin;
  alter table storage.objects owner to supabase_storage_admin;
  alter table storage.buckets enable row level security;
  alter table storage.objects enable row level security;
  grant all on storage.buckets, storage.objects to anon, authenticated, service_role, project_owner`;

const realtime = `
  create publication supabase_realtime;
  alter publication supabase_realtime owner to project_owner`;
