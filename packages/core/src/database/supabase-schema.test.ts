import { afterAll, beforeAll, describe, inject } from "vitest";
import type { PostgresServer } from "../testing/embedded/postgres-server.ts";
import { startSupabasePostgres } from "../testing/embedded/supabase-postgres.ts";
import { privilegesSuite } from "../testing/supabase-schema/privileges-suite.ts";
import { openProject, type Project } from "../testing/supabase-schema/project.ts";
import { pushedFilesSuite } from "../testing/supabase-schema/pushed-files-suite.ts";

// What clients may do past the server, on the oldest Postgres and the newest, with Supabase's roles and schemas.

describe.each([15, 18] as const)("on Postgres %i", { timeout: 60_000 }, (version) => {
  let server: PostgresServer | undefined;
  let url: string;
  let project: Project;
  beforeAll(async () => {
    if (version !== 18) server = await startSupabasePostgres(version);
    url = server?.url ?? inject("supabasePostgresUrl");
    project = await openProject(url);
  }, 60_000);
  afterAll(async () => {
    await project.close();
    await server?.stop();
  });

  pushedFilesSuite(() => url);
  privilegesSuite(() => project);
});
