import { Client } from "pg";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

/**
 * Starts a Postgres with Supabase's roles. Not the one of all other tests: what migrations do depends on the roles that
 * they find.
 */
export async function startSupabasePostgres(): Promise<PostgresServer> {
  const server = await startPostgres({}, 18, "memory");
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
  await template.end();
  await admin.query("update pg_database set datallowconn = false where datname = 'template0'");
  await admin.end();
}

/** By https://supabase.com/docs/guides/database/postgres/roles. */
const roles = `
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role authenticator login noinherit;
  grant anon, authenticated, service_role to authenticator`;

/**
 * What a project grants on whatever is made in public: everything to everybody, where "Default privileges for new
 * entities" is on, as it was for all older projects. By https://supabase.com/docs/guides/database/data-api.
 */
const defaultPrivileges = `
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
  alter default privileges in schema public grant all on sequences to anon, authenticated, service_role`;
