import type { TestProject } from "vitest/node";
import { type PostgresServer, startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { startSupabasePostgres } from "../packages/core/src/testing/embedded/supabase-postgres.ts";

// vitest's global set-up: name this file as `globalSetup` in the vitest.config.ts of each package whose tests
// use a database. They get one from `createTestDatabase()` in packages/core/src/testing/embedded, or a project of Supabase
// from `createSupabaseProject()` in packages/core/src/testing/postgrest.

/** A plain one, and one with Supabase's roles, which would change what migrations do to all others. */
type Servers = readonly [PostgresServer, PostgresServer];

/** Every project loads this file anew, in one process: here they find the servers that another one started. */
const shared = globalThis as { genbffPostgres?: { servers: Promise<Servers>; users: number } };

/** Starts both for the whole run, and tells the tests their addresses. */
export async function setup(project: TestProject): Promise<void> {
  shared.genbffPostgres ??= {
    servers: Promise.all([startPostgres({}, 18, "memory"), startSupabasePostgres()]),
    users: 0,
  };
  shared.genbffPostgres.users += 1;
  const [plain, supabase] = await shared.genbffPostgres.servers;
  project.provide("postgresUrl", plain.url);
  project.provide("supabasePostgresUrl", supabase.url);
}

/** Stops them after the last project. */
export async function teardown(): Promise<void> {
  const postgres = shared.genbffPostgres;
  if (!postgres) return;
  postgres.users -= 1;
  if (postgres.users > 0) return;
  delete shared.genbffPostgres;
  await Promise.all((await postgres.servers).map((server) => server.stop()));
}
