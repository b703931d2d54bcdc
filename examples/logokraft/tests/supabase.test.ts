import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { createClient } from "@supabase/supabase-js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../../packages/core/src/cli/commands.ts";
import { runCommand } from "../../../packages/core/src/cli/run-command.ts";
import { watchBff } from "../../../packages/core/src/testing/leaks/watch-bff.ts";
import { readEvents } from "../../../packages/core/src/testing/read-events.ts";
import { readMatrix } from "../../../packages/core/src/testing/supabase-schema/privilege-matrix.ts";
import { openSupabaseGate, type SupabaseGate } from "../../makeit3d/tests/supabase-gate.ts";
import { createApi } from "../src/api/index.ts";
import { createLogokraft, migrations, vendorsOf } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";
import { partsOf } from "../src/parts.ts";
import { formOf, password } from "./shop.ts";

// The example on a Supabase project, by its environment alone. The project is played: PostgREST over a real Postgres with
// Supabase's roles and default privileges, its storage, its accounts; supabase-js is real.

const buckets = { inspiration: "inspiration-images", assets: "generated-assets" };
const ada = { email: "ada@example.com", password };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let gate: SupabaseGate;
let simulator: Simulator;
let folder: string;
let api: ReturnType<typeof createApi>;
let bff: ReturnType<typeof createLogokraft>;
beforeAll(async () => {
  [gate, simulator, folder] = await Promise.all([
    openSupabaseGate(Object.values(buckets)),
    startSimulator(),
    mkdtemp(join(tmpdir(), "genbff-logokraft-supabase-")),
  ]);
  await pushAsTheReadmeSays();
  const config = readConfig({
    DATA_DIR: folder,
    SUPABASE_URL: gate.url,
    SUPABASE_SERVICE_ROLE_KEY: await gate.keyOf("service_role"),
    SWEEP_MS: "100",
  });
  const host = { linkSecret: "l".repeat(32), simulatorUrl: simulator.url, logger: silent };
  bff = createLogokraft(config, partsOf(config, "t".repeat(32)), vendorsOf(config, simulator.url), host);
  const secrets = [host.linkSecret, config.supabase?.key ?? ""];
  api = watchBff(createApi(bff, silent), { secrets });
  await bff.start();
});
afterAll(async () => {
  await bff?.stop(2000);
  await Promise.all([gate?.close(), simulator?.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** Its command, in a project's folder; then each file as `supabase db push` runs it. */
async function pushAsTheReadmeSays(): Promise<void> {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, told = ""] = /`npx bff (migrate --emit [^`]+)`/.exec(readme) ?? [];
  const emitted = join(folder, "supabase/migrations");
  const [{ path: own = "" } = {}] = migrations;
  const args = told.split(" ").map((word) =>
    word
      .replace(/^supabase\/migrations$/, emitted)
      // From the repository's root, wherever this runs.
      .replace("examples/logokraft/sql", relative(process.cwd(), own)),
  );
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  expect(await runCommand(commands, args, { env: {}, print: say, complain: say }), said.join("\n")).toBe(0);
  const files = (await readdir(emitted)).sort();
  for (const name of files) await gate.project.query(await readFile(join(emitted, name), "utf8"));
}

async function send(path: string, body?: object, token?: string) {
  const isForm = body instanceof FormData;
  const request = new Request(new URL(path, "http://shop.test/api/v1/"), {
    ...(body ? { method: "POST", body: isForm ? body : JSON.stringify(body) } : {}),
    headers: {
      ...(body && !isForm ? { "content-type": "application/json" } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
  });
  return api.fetch(request, { remoteAddress: "192.0.2.1" });
}
async function answerOf(path: string, body?: object, token?: string) {
  const answer = await send(path, body, token);
  return { status: answer.status, json: (await answer.json()) as Record<string, string> };
}

let token: string;
let projectId: string;

it("has its two private buckets from the files that are pushed", async () => {
  expect(await gate.project.query("select id, public from storage.buckets order by id")).toEqual([
    { id: buckets.assets, public: false },
    { id: buckets.inspiration, public: false },
  ]);
});

it("takes somebody in by the project's accounts, once the address is confirmed", async () => {
  expect((await send("auth/signup", ada)).status).toBe(202);
  expect(await answerOf("auth/login", ada)).toMatchObject({
    status: 403,
    json: { error: "email_not_confirmed" },
  });
  gate.accounts.confirm(ada.email);
  const wrong = await answerOf("auth/login", { ...ada, password: "another password" });
  expect(wrong).toMatchObject({ status: 401, json: { error: "invalid_credentials" } });
  const { status, json } = await answerOf("auth/login", ada);
  expect(status).toBe(200);
  token = json.access_token ?? "";
  // The example's own table of users is for where there is no Supabase.
  expect(await gate.project.query("select * from public.logokraft_users")).toEqual([]);
});

it("makes logos of a brief with a picture, each file in the bucket of the blueprint", async () => {
  const mood = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#e4572e" } })
    .png()
    .toBuffer();
  const brief = { project_name: "Foxglove", description: "a bakery for sourdough bread", count: 2 };
  const form = formOf(brief, new File([new Uint8Array(mood)], "mood.png", { type: "image/png" }));
  const { status, json } = await answerOf("projects", form, token);
  expect(status).toBe(201);
  projectId = json.project_id ?? "";
  const events = await readEvents(await send(json.stream_url ?? ""), (so) => {
    const done = so.filter(({ event, data }) => event === "asset" && data.status === "completed");
    return new Set(done.map(({ data }) => data.id)).size === 2;
  });
  const url = String(events.findLast(({ data }) => data.status === "completed")?.data.asset_url);
  expect(url).toContain(`${gate.url}/storage/v1/object/sign/${buckets.assets}/images/`);
  const picture = await fetch(url);
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  expect((await sharp(await picture.bytes()).metadata()).format).toBe("jpeg");
  const [row] = await gate.project.query<{ inspiration_image_url: string }>(
    "select inspiration_image_url from public.brand_projects where id = $1",
    [projectId],
  );
  const [, key = ""] = row?.inspiration_image_url.split(`/${buckets.inspiration}/`) ?? [];
  expect(key).toMatch(/^inputs\//);
  // There, and not in the bucket of what was made.
  const server = createClient(gate.url, await gate.keyOf("service_role")).storage;
  expect((await server.from(buckets.inspiration).download(key)).error).toBeNull();
  expect((await server.from(buckets.assets).download(key)).error).not.toBeNull();
  expect(await gate.project.database.call("genbff_violations", {})).toEqual([]);
});

it("refines a logo that lies there", async () => {
  const [logo] = await gate.project.query<{ id: string }>("select id from public.generated_assets");
  const wish = { action: "edit", instruction: "rounder letters" };
  const { status, json } = await answerOf(`assets/${logo?.id}/refine`, wish, token);
  expect([status, json.parent_asset_id]).toEqual([202, logo?.id]);
  const stream = await send(`projects/${projectId}/stream`, undefined, token);
  await readEvents(stream, (so) =>
    so.some(({ data }) => data.id === json.id && data.status === "completed" && data.asset_url !== null),
  );
});

describe("past the server", () => {
  const mine = /^public\.(brand_projects|generated_assets|logokraft_)/;
  it("nobody but the server's role may do anything with what is LogoKraft's own", async () => {
    const cells = (await readMatrix(gate.project)).filter(({ object }) => mine.test(object));
    const objects = new Set(cells.filter(({ kind }) => kind !== "column").map(({ object }) => object));
    expect([...objects].sort()).toEqual([
      "public.brand_projects",
      "public.generated_assets",
      "public.logokraft_asset",
      "public.logokraft_assets",
      "public.logokraft_sign_up",
      "public.logokraft_user",
      "public.logokraft_users",
      "public.logokraft_uuid",
    ]);
    const open = cells.filter(({ role, granted }) => granted && role !== "service_role");
    expect(open.map(({ role, privilege, object }) => `${role} may ${privilege} ${object}`)).toEqual([]);
    expect(cells.some(({ granted, object }) => granted && object === "public.logokraft_assets")).toBe(true);
  });

  it.each(["anon", "authenticated"] as const)("%s is refused rows and functions", async (role) => {
    // The page's key with its user's token, or with none.
    const key = await gate.keyOf(role);
    const client = createClient(gate.url, key, { auth: { persistSession: false } });
    const asked = [
      client.from("brand_projects").select("id"),
      client.from("generated_assets").select("id"),
      client.from("logokraft_users").select("email"),
      client.rpc("logokraft_assets", { p_project_id: projectId }),
      client.rpc("logokraft_user", { p_email: ada.email }),
    ];
    const answers = await Promise.all(asked);
    expect(answers.map(({ data, error }) => [data, error?.code])).toEqual(asked.map(() => [null, "42501"]));
  });
});
