import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseCommand } from "./command.ts";
import { createBuyer, finished, type Json } from "./testing/buyer.ts";

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
// Inside the package, so that the bundle finds its dependencies as an installed one does.
const built = join(here, "node_modules/.cache/cli-test");
const cli = join(built, "cli.js");
const folder = mkdtempSync(join(tmpdir(), "simulator-cli-"));
const running: ChildProcess[] = [];

beforeAll(async () => {
  const tsup = fileURLToPath(new URL("../../../node_modules/tsup/dist/cli-default.js", import.meta.url));
  await run(process.execPath, [tsup, "--no-dts", "--out-dir", built], { cwd: here });
}, 120_000);
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => {
  rmSync(built, { recursive: true, force: true });
  rmSync(folder, { recursive: true });
});

/** Starts the built command; resolves with its address once it listens. */
async function start(...args: string[]): Promise<{ child: ChildProcess; url: string; text: string }> {
  const child = spawn(cli, ["--port", "0", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    const url = /faults: (\S+)\/\n/.exec(text)?.[1];
    if (url !== undefined) return { child, url, text };
  }
  throw new Error(`it ended: ${text}`);
}
const order = { model: "v3.1-20260211", prompt: "a cup", face_limit: 100 };

describe("the built command", () => {
  it("plays the vendors, serves its page, and goes on after a kill", async () => {
    const state = join(folder, "state.json");
    const first = await start("--speed", "100", "--state", state);
    expect(first.text).toContain(`${first.url}/openai`);
    const page = await fetch(`${first.url}/`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    for (const [, path] of html.matchAll(/(?:href|src)="(\/_\/[^"]+)"/g)) {
      const part = await fetch(first.url + path);
      expect([part.status, (await part.text()).length > 1000], path).toEqual([200, true]);
    }
    const created = await createBuyer(first).post("/tripo/v3/generation/text-to-model", order);
    const { task_id } = ((await created.json()) as Json).data;
    first.child.kill("SIGKILL");

    const second = await start("--speed", "100", "--state", state);
    const task = await finished(createBuyer(second), task_id);
    expect((await fetch(task.output.model_url)).status).toBe(200);
    const { invoices } = (await (await fetch(`${second.url}/_/invoice`)).json()) as Json;
    expect(invoices.find(({ vendor }: Json) => vendor === "tripo")).toMatchObject({
      unit: "credits",
      amount: 20,
      usd: 0.2,
      lines: [{ operation: "text_to_model", purchases: 1, amount: 20 }],
    });
    const ended = new Promise((resolve) => second.child.once("exit", resolve));
    second.child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("says how it is used, and what is wrong", async () => {
    expect((await run(cli, ["--help"])).stdout).toContain("--speed");
    const wrong = await run(cli, ["--speed", "fast"]).catch((error: Json) => error);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("--speed must be a number")]);
    const busy = await start();
    const taken = await run(cli, ["--port", new URL(busy.url).port]).catch((error: Json) => error);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  });
});

describe("the command line", () => {
  it("is read into options", () => {
    expect(parseCommand([])).toEqual({
      kind: "start",
      options: { port: 8788, latencyMs: 3000, jobMs: 15_000 },
    });
    expect(
      parseCommand("--port 1 --seed 7 --speed 0.5 --state s --host h --canary c --link-ttl 9".split(" ")),
    ).toEqual({
      kind: "start",
      options: {
        port: 1,
        seed: 7,
        latencyMs: 6000,
        jobMs: 30_000,
        statePath: "s",
        host: "h",
        canary: "c",
        linkTtlMs: 9000,
      },
    });
  });

  it.each([
    ["--port", "x"],
    ["--port", "70000"],
    ["--port", "1.5"],
    ["--speed", "0"],
    ["--seed", ""],
    ["what"],
  ])("refuses %s %s", (...args) => {
    expect(parseCommand(args.filter((arg) => arg !== undefined))).toMatchObject({
      kind: "usage",
      problem: expect.any(String),
    });
  });
});
