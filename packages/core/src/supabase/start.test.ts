import { afterAll, beforeAll, expect, it } from "vitest";
import { jwtAuth } from "../auth/jwt-auth.ts";
import { createBff } from "../create-bff.ts";
import type { Database } from "../database/port.ts";
import { postgres } from "../database/postgres.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { watchBff } from "../testing/leaks/watch-bff.ts";
import { openPostgrest } from "../testing/postgrest/stand-in.ts";
import {
  createSupabaseProject,
  keyOf,
  type SupabaseProject,
  serverClient,
} from "../testing/postgrest/supabase-project.ts";
import { supabase } from "./database.ts";

// What operators hear where Supabase is not what it should be, and what clients do not.

let empty: SupabaseProject;
let project: SupabaseProject;
beforeAll(async () => {
  [empty, project] = await Promise.all([createSupabaseProject({ empty: true }), createSupabaseProject()]);
}, 60_000);
afterAll(() => Promise.all([empty?.close(), project?.close()]));

/** Where a server was, and is no more. */
async function abandonedUrl(): Promise<string> {
  const { url, close } = await openPostgrest(project.authenticatorUrl, secret);
  await close();
  return url;
}

const secret = "a secret of thirty-two characters";

/** A BFF that sells nothing, and what it has logged. */
function openBff(database: Database) {
  const log: Error[] = [];
  const hear = ({ error }: Record<string, unknown>) => void log.push(error as Error);
  const bff = createBff({
    database,
    storage: memoryStore(),
    auth: jwtAuth({ secret }),
    providers: {},
    prices: {},
    secret,
    logger: { debug() {}, info() {}, warn: hear, error: hear },
  });
  return { bff: watchBff(bff, { secrets: [secret] }), log };
}

const ready = (bff: { fetch(request: Request): Promise<Response> }) =>
  bff.fetch(new Request("http://bff.test/api/ready"));

it.each<[string, () => Promise<Database>, RegExp]>([
  ["its schema is missing", async () => empty.database, /genbff_schema .* Run `bff migrate`/],
  [
    "its key is that of browsers",
    async () => supabase(await project.client("anon")),
    /HTTP 401, 42501.*service_role key of the same project/,
  ],
  [
    "its key is that of another project",
    async () => supabase(serverClient(project.postgrest.url, await keyOf("service_role", `${secret}!`))),
    /HTTP 401.*service_role key of the same project/,
  ],
  [
    "it is not there",
    async () => supabase(serverClient(await abandonedUrl(), await keyOf("service_role"))),
    /could not be reached.*ECONNREFUSED/,
  ],
])("says what is wrong at the start, and to the log when it is asked, where %s", async (_, open, message) => {
  const { bff, log } = openBff(await open());
  await expect(bff.start()).rejects.toThrow(message);
  const answer = await ready(bff);
  expect(answer.status).toBe(503);
  const told = await answer.text();
  expect(JSON.parse(told)).toMatchObject({ error: "unavailable" });
  expect(told).not.toMatch(message);
  expect(told).not.toMatch(/\bat .*:\d+/);
  const said = log.map((error) => `${error.message} ${(error.cause as Error | undefined)?.message}`);
  expect(said.join("\n")).toMatch(message);
});

it("is ready once somebody has migrated, without being started again", async () => {
  const { bff } = openBff(empty.database);
  expect((await ready(bff)).status).toBe(503);
  const owner = postgres(empty.url);
  await owner.migrate?.([]);
  await owner.close();
  expect((await ready(bff)).status).toBe(200);
  await bff.stop(0);
});
