import { afterAll, beforeAll, describe, inject } from "vitest";
import type { PostgresServer } from "../testing/embedded/postgres-server.ts";
import { createSupabaseDatabase } from "../testing/embedded/supabase-database.ts";
import { startSupabasePostgres } from "../testing/embedded/supabase-postgres.ts";
import { clientRowsSuite } from "../testing/supabase-schema/client-rows-suite.ts";
import { hardeningSuite } from "../testing/supabase-schema/hardening-suite.ts";
import { ownRowsSuite } from "../testing/supabase-schema/own-rows-suite.ts";
import { privilegesSuite } from "../testing/supabase-schema/privileges-suite.ts";
import { openProject, type Project } from "../testing/supabase-schema/project.ts";
import { mixedFilesSuite, pushedFilesSuite } from "../testing/supabase-schema/pushed-files-suite.ts";
import { signedTokensSuite } from "../testing/supabase-schema/signed-tokens-suite.ts";
import { plainPostgrestSuite, viewsSuite } from "../testing/supabase-schema/views-suite.ts";

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

  pushedFilesSuite(
    () => url,
    () => project,
  );
  if (version === 18) {
    // These say nothing to Postgres that another version could understand otherwise.
    mixedFilesSuite(() => url);
    plainPostgrestSuite(() => createSupabaseDatabase(url));
    signedTokensSuite(() => project);
  }
  privilegesSuite(() => project);
  ownRowsSuite(() => project);
  viewsSuite(() => project);
  clientRowsSuite(() => project);
  hardeningSuite(() => project);
});
