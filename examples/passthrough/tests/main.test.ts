import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { programEnvironment } from "../../../packages/core/src/testing/program-environment.ts";

// The command of the README: its file, in a process of its own.

let test: TestDatabase;
let folder: string;
let server: ChildProcess;
let url: string;
beforeAll(async () => {
  [test, folder] = await Promise.all([
    createTestDatabase({ max: 2 }),
    mkdtemp(join(tmpdir(), "passthrough-main-")),
  ]);
  const main = join(import.meta.dirname, "../src/main.ts");
  server = spawn(process.execPath, ["--conditions=@genbff/source", main], {
    env: { ...programEnvironment, PORT: "0", DATA_DIR: folder, DATABASE_URL: test.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: server.stdout as NodeJS.ReadableStream }), "line");
  url = /http:\S+/.exec(String(line))?.[0] ?? "";
});
afterAll(async () => {
  server.kill("SIGKILL");
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

it("serves its page, lets people in by a name, takes what they ask, and ends when it is told", async () => {
  for (const path of ["/", "/page.js", "/page.css"]) expect((await fetch(url + path)).status).toBe(200);
  const json = { "content-type": "application/json" };
  const door = { method: "POST", headers: json, body: JSON.stringify({ user: "ada" }) };
  const { access_token } = (await (await fetch(`${url}/session`, door)).json()) as { access_token: string };
  const started = await fetch(`${url}/generate/text-to-model`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ prompt: "a lamp" }),
  });
  expect(started.status).toBe(200);
  const exited = once(server, "exit");
  server.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});
