import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toExpress } from "@genbff/adapter-express";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { createClient } from "@supabase/supabase-js";
import express from "express";
import { pino } from "pino";
import { chromium } from "playwright";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { commands } from "../../../packages/core/src/cli/commands.ts";
import { runCommand } from "../../../packages/core/src/cli/run-command.ts";
import { watchBff } from "../../../packages/core/src/testing/leaks/watch-bff.ts";
import { secretsIn } from "../../../packages/core/src/testing/leaks/watch-server.ts";
import { createMakeit3d } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";
import { migrateOptions } from "../src/migrate-options.ts";
import { readSecrets } from "../src/secrets.ts";
import { buildStudio } from "../src/studio.ts";
import { openSupabaseGate, type SupabaseGate } from "./supabase-gate.ts";

// The main example on a Supabase project, by its environment alone, in the order in which a team gets there. The project
// is played: PostgREST over a real Postgres with Supabase's roles, the storage server, published keys; supabase-js is real.

const bucket = "makeit3d_app_assets";
const uploads = "user_input_files_bucket";
const ada = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
let gate: SupabaseGate;
let simulator: Simulator;
let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  [gate, simulator, folder] = await Promise.all([
    openSupabaseGate([bucket, uploads]),
    startSimulator(),
    mkdtemp(join(tmpdir(), "genbff-supabase-")),
  ]);
  environment = {
    DATA_DIR: folder,
    SUPABASE_URL: gate.url,
    SUPABASE_SERVICE_ROLE_KEY: await gate.keyOf("service_role"),
    GENERATED_ASSETS_BUCKET_NAME: bucket,
    CONCEPT_IMAGES_TABLE_NAME: "concept_images",
    INPUT_ASSETS_BUCKET_NAME: uploads,
    INPUT_ASSETS_CLIENT_ROWS: "true",
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

  it("views and rows that were migrated otherwise, before anything starts", async () => {
    const changed = { MODELS_TABLE_NAME: "shapes", INPUT_ASSETS_CLIENT_ROWS: "true" };
    await gate.project.query("select genbff.allow_client_rows(false)");
    const { code, said } = await examine(changed);
    expect(code).toBe(1);
    expect(said).toMatch(
      /PROBLEM {2}clients .*no view shapes .*it has concept_images, models.*`bff migrate`/,
    );
    expect(said).toMatch(/PROBLEM {2}clients .*bff migrate --client-rows on/);
    const { app } = await open({ ...environment, ...changed });
    await expect(app.start()).rejects.toThrow(/no view shapes/);
    expect((await app.fetch(new Request("http://bff.test/api/ready"))).status).toBe(503);
    await app.stop(0);
    await gate.project.query("select genbff.allow_client_rows(true)");
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
  const { links, tokens } = await readSecrets(folder);
  const app = createMakeit3d(config, { links, tokens }, logger, simulator.url);
  const secrets = [links, tokens, ...secretsIn(variables), "sk-local", "tsk_local"];
  // It sells under the vendors' own names.
  return { app: watchBff(app, { secrets, vendorsAreNamed: true }), log };
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

it("makes something of a file that its user has put into the project, by its address and by its row", async () => {
  const photo = await sharp({ create: { width: 256, height: 256, channels: 3, background: "#b0301c" } })
    .png()
    .toBuffer();
  const key = `${ada}/Mein Foto (1).png`;
  const files = createClient(gate.url, environment.SUPABASE_SERVICE_ROLE_KEY ?? "").storage.from(uploads);
  // Before Supabase's own storage the user writes it; here the policies are tried by core.
  expect((await files.upload(key, photo, { contentType: "image/png" })).error).toBeNull();
  const address = files.getPublicUrl(key).data.publicUrl;
  await gate.project.query(`begin; set local role authenticated;
    select set_config('request.jwt.claims', '{"sub": "${ada}", "role": "authenticated"}', true);
    insert into public.input_assets (user_id, asset_url) values ('${ada}', '${address}'); commit`);
  const [{ id = "" } = {}] = await gate.project.query<{ id: string }>(
    "select id from public.input_assets where storage_key is null",
  );
  const { app } = await open(environment);
  const make = async (input_image_asset_url: string) => {
    const answer = await app.fetch(
      new Request("http://bff.test/api/generate/image-to-image", {
        method: "POST",
        headers: {
          authorization: `Bearer ${await gate.tokenOf(ada)}`,
          "content-type": "application/json",
          prefer: "wait=20",
        },
        body: JSON.stringify({ task_id: "own", prompt: "a fox", provider: "openai", input_image_asset_url }),
      }),
    );
    const body = (await answer.json()) as { status?: string; error?: string };
    return { code: answer.status, status: body.status, error: body.error };
  };
  const complete = { code: 200, status: "complete", error: null };
  expect(await Promise.all([make(address), make(id)])).toEqual([complete, complete]);
  const refused = { code: 400, status: undefined, error: "asset_url_not_allowed" };
  expect(await make(address.replace(ada, "7d3e1c0a-2b4f-4a5d-9c8e-1f2a3b4c5d6e"))).toEqual(refused);
  await app.stop();
});

describe("the studio on it", () => {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

  it.skipIf(!existsSync(executablePath))(
    "takes somebody in from the letter to their table (skipped only where there is no browser)",
    async () => {
      const { app } = await open({ ...environment, SUPABASE_PUBLISHABLE_KEY: "sb_publishable_1" });
      const [page] = await Promise.all([buildStudio(), app.start()]);
      const server = express().use("/api", toExpress(app)).use(express.static(page)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
      const door = await browser.newPage();
      await door.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const email = "grace@example.com";
      await door.getByRole("button", { name: "I am new here" }).click();
      await door.getByLabel("Your e-mail address").fill(email);
      await door.getByLabel("Password").fill("a long password");
      await door.getByRole("button", { name: "Make an account" }).click();
      await door.getByText(`A letter is on its way to ${email}`).waitFor();
      await door.getByRole("button", { name: "Come in" }).click();
      await door.getByRole("alert").getByText("confirm your address").waitFor();
      gate.accounts.confirm(email);
      await door.getByRole("button", { name: "Come in" }).click();
      await door.getByRole("button", { name: "100 credits" }).waitFor();
      await door.getByRole("button", { name: `${email}, sign out` }).click();
      await door.getByRole("button", { name: "Come in" }).waitFor();
      await browser.close();
      await app.stop(0);
      server.closeAllConnections();
      server.close();
    },
  );
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

  it("tells `bff migrate` of the bucket and the rows of users, and of one bucket that is for both", () => {
    const told = (variables: Record<string, string>) => migrateOptions(read(variables)()).slice(6).join(" ");
    expect(told({})).toBe("--bucket generated_assets --client-rows off");
    expect(told({ INPUT_ASSETS_BUCKET_NAME: "u", INPUT_ASSETS_CLIENT_ROWS: "true" })).toBe(
      "--bucket generated_assets --bucket u:client-uploads --client-rows on",
    );
    expect(told({ INPUT_ASSETS_BUCKET_NAME: "generated_assets" })).toBe(
      "--bucket generated_assets:client-uploads --client-rows off",
    );
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
    [
      "a table of its own for inputs",
      { INPUT_ASSETS_TABLE_NAME: "uploads" },
      /INPUT_ASSETS_TABLE_NAME: must be input_assets: .*no other name/,
    ],
    [
      "rows without their bucket",
      { INPUT_ASSETS_CLIENT_ROWS: "true" },
      /INPUT_ASSETS_BUCKET_NAME: is missing/,
    ],
    ["SQL for a name", { MODELS_TABLE_NAME: "models;drop" }, /MODELS_TABLE_NAME: must be letters/],
  ])("is refused with %s", (_, variables, message) => {
    expect(read(variables)).toThrow(message);
  });
});
