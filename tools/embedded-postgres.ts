import type { TestProject } from "vitest/node";
import { type PostgresServer, startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";

// vitest's global set-up: name this file as `globalSetup` in the vitest.config.ts of each package whose tests
// use a database. They get one from `createTestDatabase()` in packages/core/src/testing/embedded.

/** Every project loads this file anew, in one process: here they find the server that another one started. */
const shared = globalThis as { genbffPostgres?: { server: Promise<PostgresServer>; users: number } };

/** Starts one server for the whole run, and tells the tests its address. */
export async function setup(project: TestProject): Promise<void> {
  shared.genbffPostgres ??= { server: startPostgres({}, 18, "memory"), users: 0 };
  shared.genbffPostgres.users += 1;
  project.provide("postgresUrl", (await shared.genbffPostgres.server).url);
}

/** Stops it after the last project. */
export async function teardown(): Promise<void> {
  const postgres = shared.genbffPostgres;
  if (!postgres) return;
  postgres.users -= 1;
  if (postgres.users > 0) return;
  delete shared.genbffPostgres;
  await (await postgres.server).stop();
}
