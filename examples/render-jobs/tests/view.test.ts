import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createSupabaseProject,
  type SupabaseProject,
} from "../../../packages/core/src/testing/postgrest/supabase-project.ts";
import { ada, lin, migrations, openRenderApp, type RenderApp } from "./render-app.ts";

// The view of jobs on a database with Supabase's roles: a client reads it past the server.

let project: SupabaseProject;
let app: RenderApp;
beforeAll(async () => {
  project = await createSupabaseProject({ migrations });
  app = await openRenderApp({ test: project });
});
afterAll(async () => {
  expect(await project.query("select * from public.genbff_verify()")).toEqual([]);
  await app.close();
  await project.close();
});

/** What a role reads as this user, in a transaction as PostgREST opens it. */
async function readAs(role: string, user: string): Promise<string[]> {
  const client = new Client(project.url);
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", [
      role,
      JSON.stringify({ sub: user, role }),
    ]);
    const { rows } = await client.query<{ user_id: string }>("select user_id from public.render_jobs");
    return rows.map(({ user_id }) => user_id);
  } finally {
    await client.end();
  }
}

it("shows everybody their own jobs, the server all, and strangers nothing", async () => {
  for (const user of [ada, lin]) {
    const photo = `${app.pictures}/wall.png`;
    const { body } = await app.ask(user, "/render/jobs", { image_url: photo, texture_url: photo });
    expect(await app.ended(user, body.job_id)).toMatchObject({ status: "completed" });
  }
  expect(await readAs("authenticated", ada)).toEqual([ada]);
  expect(await readAs("authenticated", lin)).toEqual([lin]);
  expect((await readAs("service_role", ada)).sort()).toEqual([ada, lin].sort());
  await expect(readAs("anon", ada)).rejects.toThrow(/permission denied/);
});
