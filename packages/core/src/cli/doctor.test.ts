import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runBff } from "../testing/supabase-schema/run-bff.ts";

// What the command makes of a module; what is found is tested in ../diagnosis, and on the main example.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "genbff-doctor-"));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
/** A file of a team's own, by its text. */
async function moduleOf(text: string, extension = "mjs"): Promise<string> {
  const path = join(folder, `bff-${++count}.${extension}`);
  await writeFile(path, text);
  return path;
}
const bffOf = (findings: object[], more = "") => `
  const findings = ${JSON.stringify(findings)};
  ${more}
  export const bff = {
    diagnose: async ({ token }) => token === undefined ? findings : [...findings, { part: "auth", status: "ok", message: "len " + token.length }],
    database: { close: async () => { globalThis.doctorClosed = (globalThis.doctorClosed ?? 0) + 1; } },
  };`;
const ok = { part: "database", status: "ok", message: "It answers" };
const warning = { part: "configuration", status: "warning", message: "publicUrl is not set" };
const problem = { part: "storage", status: "problem", message: "There is no bucket\nanywhere" };

it("prints what was found, closes what it opened, and ends with 0 where nothing is to be mended", async () => {
  const { code, said, complaints } = await runBff(["doctor", await moduleOf(bffOf([warning, ok]))]);
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  expect(said).toEqual([
    "warning  configuration  publicUrl is not set",
    "ok       database       It answers",
    "\nHealthy",
  ]);
  expect(globalThis).toMatchObject({ doctorClosed: 1 });
});

it("ends with 1 where something is, and counts it", async () => {
  const { code, said } = await runBff(["doctor", await moduleOf(bffOf([ok, problem]))]);
  expect(code).toBe(1);
  expect(said[1]).toBe(`PROBLEM  storage        There is no bucket\n${" ".repeat(24)}anywhere`);
  expect(said.at(-1)).toBe("\nTo be mended: 1");
});

it("says the same to a machine", async () => {
  const module = await moduleOf(bffOf([ok, problem]));
  const { code, said } = await runBff(["doctor", "--json", module]);
  expect(code).toBe(1);
  expect(JSON.parse(said.join("\n"))).toEqual({ healthy: false, findings: [ok, problem] });
});

it("reads a token from a file, with or without its scheme", async () => {
  const module = await moduleOf(bffOf([]));
  for (const text of ["abc\n", "Bearer abc"]) {
    const file = await moduleOf(text, "txt");
    const { said } = await runBff(["doctor", module, "--token-file", file]);
    expect(said[0]).toBe("ok       auth           len 3");
  }
});

it("finds a BFF under another name", async () => {
  const module = await moduleOf(bffOf([ok]).replace("export const bff", "export const shop"));
  expect(await runBff(["doctor", module])).toMatchObject({ code: 0 });
});

it.each<[string, string, RegExp]>([
  ["exports none", "export const app = {};", /exports no BFF: export what createBff gives/],
  ["is refused by createBff", 'throw new Error("secret must have at least 32 characters");', /at least 32/],
  [
    "cannot be read",
    'throw Object.assign(new Error("x"), { code: "ERR_UNKNOWN_FILE_EXTENSION" });',
    /Node 22.18 or newer, or the .js/,
  ],
  [
    "says more than it should",
    'throw new Error("no host in postgres://ada:canary@db.test/x?sslkey=canary");',
    /postgres:\/\/\[redacted\]@db.test/,
  ],
])("says of a module that %s what to do, without a stack trace", async (_, text, message) => {
  const { code, said } = await runBff(["doctor", await moduleOf(text)]);
  expect(code).toBe(1);
  expect(said.join("\n")).toMatch(/^PROBLEM {2}configuration {2}/);
  expect(said.join("\n")).toMatch(message);
  expect(said.join("\n")).not.toMatch(/canary|\bat .*:\d+/);
});

it.each([[[]], [["a.ts", "b.ts"]], [["a.ts", "--fast"]]])(
  "asks for one module instead of %j",
  async (args) => {
    expect(await runBff(["doctor", ...args])).toMatchObject({ code: 2, said: [] });
  },
);

it("says how it is used", async () => {
  const { code, said } = await runBff(["doctor", "--help"]);
  expect(code).toBe(0);
  expect(said.join("\n")).toMatch(/Exit codes: 0 healthy/);
});
