import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { commands } from "../../../packages/core/src/cli/commands.ts";
import { runCommand } from "../../../packages/core/src/cli/run-command.ts";
import { createMakeit3d } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";
import { migrateOptions } from "../src/migrate-options.ts";
import { readSecrets } from "../src/secrets.ts";
import { openSupabaseGate, type SupabaseGate } from "./supabase-gate.ts";

// The main example on a Supabase project, by its environment alone, in the order in which a team gets there. The project
// is played: PostgREST over a real Postgres with Supabase's roles, the storage server, published keys; supabase-js is real.

const bucket = "makeit3d_app_assets";
const ada = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
let gate: SupabaseGate;
let simulator: Simulator;
let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  [gate, simulator, folder] = await Promise.all([
    openSupabaseGate(bucket),
    startSimulator(),
    mkdtemp(join(tmpdir(), "genbff-supabase-")),
  ]);
  environment = {
    DATA_DIR: folder,
    SUPABASE_URL: gate.url,
    SUPABASE_SERVICE_ROLE_KEY: await gate.keyOf("service_role"),
    GENERATED_ASSETS_BUCKET_NAME: bucket,
    CONCEPT_IMAGES_TABLE_NAME: "concept_images",
    PUBLIC_URL: "https://app.example.com",
  };
});
afterAll(async () => {
  await Promise.all([gate?.close(), simulator?.close()]);
  await rm(folder, { recursive: true, force: true });
});

const doctor = fileURLToPath(new URL("../src/doctor.ts", import.meta.url));

/** `bff …` in this process, with an environment of its own. */
async function bff(args: readonly string[], env: Record<string, string>) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  vi.resetModules();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const code = await runCommand(commands, args, { env, print: say, complain: say });
  vi.unstubAllEnvs();
  return { code, said: said.join("\n") };
}
const examine = (changed: Record<string, string> = {}, more: readonly string[] = []) =>
  bff(["doctor", doctor, ...more], { ...environment, ...changed });

afterEach(() => vi.unstubAllEnvs());

it("is told by the doctor what to run while the project is empty", async () => {
  const { code, said } = await examine();
  expect(code).toBe(1);
  expect(said).toMatch(/PROBLEM {2}database .*run `bff migrate`/i);
  expect(said).toMatch(/ok {7}storage/);
  expect(said).toMatch(/ok {7}auth .*1 keys that http/);
  expect(said).toMatch(/To be mended: 1/);
});

it("is migrated with the views that its environment names", async () => {
  const options = migrateOptions(readConfig(environment));
  expect(await bff(["migrate", ...options], { DATABASE_URL: gate.project.url })).toMatchObject({ code: 0 });
  const views = await gate.project.query<{ table_name: string }>(
    "select table_name from information_schema.columns where table_name in ('concept_images', 'models') and column_name = 'source_concept_image_id'",
  );
  expect(views).toEqual([{ table_name: "models" }]);
});

it("is healthy then, and says so to a machine, too", async () => {
  const token = join(folder, "token");
  await writeFile(token, `${await gate.tokenOf(ada)}\n`);
  const { code, said } = await examine({}, ["--json", "--token-file", token]);
  const { healthy, findings } = JSON.parse(said);
  expect(findings.filter(({ status }: { status: string }) => status !== "ok")).toEqual([]);
  expect(findings.at(-1)).toEqual({
    part: "auth",
    status: "ok",
    message: `The token is let in, as the user ${ada}`,
  });
  expect({ code, healthy }).toEqual({ code: 0, healthy: true });
});

describe("is told by the doctor, and by its own log, of", () => {
  const another = "another secret of thirty-two characters";
  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>, RegExp[], RegExp]>([
    [
      "a key of another project",
      async () => ({ SUPABASE_SERVICE_ROLE_KEY: await gate.keyOf("service_role", another) }),
      [/PROBLEM {2}database .*key of the same project/, /PROBLEM {2}storage .*key of the same project/],
      /service_role key of the same project/,
    ],
    [
      "a bucket that is not there",
      () => ({ GENERATED_ASSETS_BUCKET_NAME: "forgotten" }),
      [/PROBLEM {2}storage .*no bucket "forgotten".*Create it/],
      /there is no bucket \\"forgotten\\" for this key/,
    ],
  ])("%s", async (_, change, expected, words) => {
    const changed = await change();
    const { code, said } = await examine(changed);
    expect(code).toBe(1);
    for (const pattern of expected) expect(said).toMatch(pattern);
    expect(said).not.toMatch(/\bat .*\.ts:\d+|eyJ/);
    const { app, log } = await open({ ...environment, ...changed });
    await expect(app.start()).rejects.toThrow();
    const ready = await app.fetch(new Request("http://bff.test/api/ready"));
    expect(ready.status).toBe(503);
    const told = await ready.text();
    expect(JSON.parse(told)).toMatchObject({ error: "unavailable" });
    expect(told).not.toMatch(/key|bucket|forgotten|Supabase|\bat .*\.ts:\d+/);
    expect(log.join("")).toMatch(words);
    await app.stop(0);
  });

  // At its start and when it is asked, core tells it itself: packages/core/src/supabase/start.test.ts.
  it("a host that is not there", async () => {
    const { code, said } = await examine({ SUPABASE_URL: "http://127.0.0.1:9" });
    expect(code).toBe(1);
    expect(said).toMatch(/PROBLEM {2}database .*could not be reached/);
    expect(said).toMatch(/PROBLEM {2}storage .*cannot be used/);
    expect(said).toMatch(/PROBLEM {2}auth .*cannot be fetched/);
  });

  it("a token of another project", async () => {
    const token = join(folder, "token");
    await writeFile(token, await gate.tokenOf(ada, "https://other.supabase.co/auth/v1"));
    const { code, said } = await examine({}, ["--token-file", token]);
    expect(code).toBe(1);
    expect(said).toMatch(/PROBLEM {2}auth .*issued by https:\/\/other.supabase.co.*of another project/);
  });

  it("settings that cannot be", async () => {
    const { code, said } = await examine({ SUPABASE_JWT_SECRET: "short", PORT: "http" });
    expect(code).toBe(1);
    expect(said).toMatch(/PROBLEM {2}configuration .*PORT: /);
    expect(said).toMatch(/SUPABASE_JWT_SECRET: /);
  });
});

/** The example in this process, with its vendors played. */
async function open(variables: Record<string, string>) {
  const config = readConfig({ ...variables, SWEEP_MS: "100" });
  const log: string[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) });
  return { app: createMakeit3d(config, await readSecrets(folder), logger, simulator.url), log };
}

it("makes a first picture, which its user reads from the project's view and opens by its link", async () => {
  const { app, log } = await open(environment);
  await app.start();
  const ready = await app.fetch(new Request("http://bff.test/api/ready"));
  expect(ready.status).toBe(200);
  const headers = {
    authorization: `Bearer ${await gate.tokenOf(ada)}`,
    "content-type": "application/json",
    prefer: "wait=20",
  };
  const body = JSON.stringify({ task_id: "first", prompt: "a fox", provider: "openai" });
  const made = await app.fetch(
    new Request("http://bff.test/api/generate/text-to-image", { method: "POST", headers, body }),
  );
  const status = (await made.json()) as { status: string; asset_url: string };
  expect({ code: made.status, status: status.status }).toEqual({ code: 200, status: "complete" });
  expect(status.asset_url).toContain(`${gate.url}/storage/v1/object/sign/${bucket}/images/first/`);
  const picture = await fetch(status.asset_url);
  expect([...(await picture.bytes()).subarray(1, 4)]).toEqual(
    [..."PNG"].map((letter) => letter.charCodeAt(0)),
  );
  expect(await gate.project.query("select user_id, task_id, status from public.concept_images")).toEqual([
    { user_id: ada, task_id: "first", status: "complete" },
  ]);
  expect(await gate.project.database.call("genbff_violations", {})).toEqual([]);
  expect(log).toEqual([]);
  await app.stop();
});

describe("its environment", () => {
  const url = "https://abcdefghijklmnopqrst.supabase.co";
  const read = (variables: Record<string, string>) => () =>
    readConfig({ SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: "sb_secret_1", ...variables });
  const legacy = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

  it("names buckets and views, and no local users", () => {
    const config = read({ IMAGES_TABLE_NAME: "pictures", MODELS_TABLE_NAME: "shapes" })();
    expect(config.local).toBe(false);
    expect(config.supabase).toMatchObject({
      ...{ url, key: "sb_secret_1", jwtSecret: undefined, bucket: "generated_assets" },
      views: ["pictures=image,vector", "shapes=model"],
    });
    expect(readConfig({ DATABASE_URL: "postgres://x" }).supabase).toBeUndefined();
  });

  it("takes the key of the project, old or new", () => {
    const key = legacy({ role: "service_role", ref: "abcdefghijklmnopqrst" });
    expect(read({ SUPABASE_SERVICE_ROLE_KEY: key })().supabase?.key).toBe(key);
  });

  it.each([
    ["no key", { SUPABASE_SERVICE_ROLE_KEY: "" }, /SUPABASE_SERVICE_ROLE_KEY: is missing/],
    ["no project", { SUPABASE_URL: "" }, /SUPABASE_URL: is missing/],
    ["the publishable key", { SUPABASE_SERVICE_ROLE_KEY: "sb_publishable_1" }, /is the publishable key/],
    ["the key of browsers", { SUPABASE_SERVICE_ROLE_KEY: legacy({ role: "anon" }) }, /is the key of anon/],
    [
      "the key of another project",
      { SUPABASE_SERVICE_ROLE_KEY: legacy({ role: "service_role", ref: "z".repeat(20) }) },
      /is of another project/,
    ],
    ["a token that is none", { SUPABASE_SERVICE_ROLE_KEY: "a.b.c" }, /is the key of nobody/],
    ["a short secret", { SUPABASE_JWT_SECRET: "short" }, /SUPABASE_JWT_SECRET: /],
    ["two sign-ins", { AUTH_JWT_SECRET: "x".repeat(32) }, /AUTH_JWT_SECRET: users sign in at Supabase/],
    ["a table of its own for inputs", { INPUT_ASSETS_TABLE_NAME: "uploads" }, /INPUT_ASSETS_TABLE_NAME: /],
    ["SQL for a name", { MODELS_TABLE_NAME: "models;drop" }, /MODELS_TABLE_NAME: must be letters/],
  ])("is refused with %s", (_, variables, message) => {
    expect(read(variables)).toThrow(message);
  });
});
