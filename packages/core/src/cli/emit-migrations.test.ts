import { execFile } from "node:child_process";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { coreNames, emittedFolder } from "../testing/supabase-schema/emitted-folder.ts";
import { runBff } from "../testing/supabase-schema/run-bff.ts";

const folder = emittedFolder();
const labels = coreNames.map((name) => `genbff_${name}`);
const withoutTime = (name: string) => name.replace(/^\d{14}_/, "");
const pathOf = (label: string) =>
  join(folder.path, folder.names().find((name) => withoutTime(name) === label) ?? label);

describe("bff migrate --emit", () => {
  it("writes every migration once, in order, and nothing the second time", async () => {
    const first = await runBff(["migrate", "--emit", folder.path]);
    expect(first).toMatchObject({ code: 0, complaints: "" });
    expect(folder.names().map(withoutTime)).toEqual(labels);
    expect(first.said).toEqual(folder.names().map((name) => `wrote ${name}`));
    expect(new Set(folder.names().map((name) => name.slice(0, 14))).size).toBe(coreNames.length);
    expect(await runBff(["migrate", "--emit", folder.path])).toEqual({
      code: 0,
      said: [`${folder.path} is complete`],
      complaints: "",
    });
    expect(folder.names()).toHaveLength(coreNames.length);
  });

  it("adds what a later version brings, after everything that is there", async () => {
    await runBff(["migrate", "--emit", folder.path]);
    const last = labels.at(-1) ?? "";
    rmSync(pathOf(last)); // as an older version left it
    const before = folder.names();
    writeFileSync(join(folder.path, "29991231235959_shop.sql"), "select 1;");
    const { said } = await runBff(["migrate", "--emit", folder.path]);
    expect(said).toEqual([`wrote 30000101000000_${last}`]);
    expect(folder.names()).toEqual([...before, "29991231235959_shop.sql", `30000101000000_${last}`]);
  });

  it("finds a file under another time, and tells two of the same", async () => {
    await runBff(["migrate", "--emit", folder.path]);
    const label = labels[0] ?? "";
    const moved = join(folder.path, `20200101000000_${label}`);
    renameSync(pathOf(label), moved);
    expect((await runBff(["migrate", "--emit", folder.path])).said).toEqual([`${folder.path} is complete`]);
    writeFileSync(join(folder.path, `20210101000000_${label}`), readFileSync(moved));
    const { code, complaints } = await runBff(["migrate", "--emit", folder.path]);
    expect(code).toBe(1);
    expect(complaints).toContain(`20200101000000_${label} and 20210101000000_${label}`);
  });

  it("names a file that was edited by hand, but not other line ends, and writes nothing", async () => {
    await runBff(["migrate", "--emit", folder.path]);
    const path = pathOf(labels[1] ?? "");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll("\n", "\r\n"));
    expect((await runBff(["migrate", "--emit", folder.path])).code).toBe(0);
    writeFileSync(path, text.replace("create table", "create  table"));
    rmSync(pathOf(labels.at(-1) ?? ""));
    const { code, complaints } = await runBff(["migrate", "--emit", folder.path]);
    expect(code).toBe(1);
    expect(complaints).toContain(`${path} was edited by hand`);
    expect(folder.names()).toHaveLength(coreNames.length - 1);
  });

  it("tells a migration that has changed since it was written", async () => {
    const own = join(folder.root, "0001_shop.sql");
    writeFileSync(own, "create table public.shop (id int);\n");
    await runBff(["migrate", "--emit", folder.path, "--folder", `shop=${folder.root}`]);
    expect(folder.names().map(withoutTime)).toEqual([...labels, "genbff_shop_0001_shop.sql"]);
    writeFileSync(own, "create table public.shops (id int);\n");
    const { code, complaints } = await runBff([
      "migrate",
      "--emit",
      folder.path,
      "--folder",
      `shop=${folder.root}`,
    ]);
    expect(code).toBe(1);
    expect(complaints).toContain("genbff_shop_0001_shop.sql holds another version of shop/0001_shop.sql");
  });

  it("writes choices when they are other than the last ones", async () => {
    const on = ["migrate", "--emit", folder.path, "--client-rows", "on"];
    const off = ["migrate", "--emit", folder.path, "--client-rows", "off"];
    const counts: number[] = [];
    for (const args of [on, on, off, off, on]) counts.push((await runBff(args)).said.length);
    expect(counts).toEqual([coreNames.length + 1, 1, 1, 1, 1]);
    const choices = folder
      .names()
      .slice(coreNames.length)
      .map((name) => readFileSync(join(folder.path, name), "utf8"));
    expect(choices.map((text) => /allow_client_rows\((\w+)\)/.exec(text)?.[1])).toEqual([
      "true",
      "false",
      "true",
    ]);
  });

  it("says what it would write with --dry-run, and exits with 3 until there is nothing", async () => {
    const dry = await runBff(["migrate", "--emit", folder.path, "--dry-run"]);
    expect(dry.code).toBe(3);
    expect(dry.said.map((line) => line.replace(/\d{14}_/, ""))).toEqual(
      labels.map((label) => `would write ${label}`),
    );
    expect(() => readdirSync(folder.path)).toThrow("ENOENT");
    await runBff(["migrate", "--emit", folder.path]);
    expect((await runBff(["migrate", "--emit", folder.path, "--dry-run"])).code).toBe(0);
  });
});

describe("a wrong command line", () => {
  it.each([
    [["migrate", "--emitt", "x"], "--emitt"],
    [["migrate", "--folder", "shop"], "--folder shop is not like"],
    [["migrate", "--folder", "core=./sql"], "GenBFF's own"],
    [["migrate", "--view", "Images=image"], "--view Images=image is not like"],
    [["migrate", "--view", "images=film"], "--view images=film is not like"],
    [["migrate", "--view", "models=model:"], "--view models=model: is not like"],
    [["migrate", "--view", "models=model:parent,"], "--view models=model:parent, is not like"],
    [["migrate", "--view", "models=model:job=it's"], "--view models=model:job=it's is not like"],
    [["migrate", "--view", "models=model:parent,job"], "say of which columns these are names, as job="],
    [["migrate", "--bucket", "a:b"], "--bucket a:b is not like"],
    [["migrate", "--bucket", "it's"], "--bucket it's is not like"],
    [["migrate", "--client-rows", "yes"], "--client-rows is on or off"],
    [["migrate"], "DATABASE_URL is not set"],
    [["migrant"], 'There is no command "migrant"'],
    [[], "Usage: bff <command>"],
  ])("%j exits with 2 and says why", async (args, why) => {
    const { code, complaints } = await runBff(args);
    expect(code).toBe(2);
    expect(complaints).toContain(why);
    expect(complaints).toContain("Usage: bff");
  });

  it("--help is none", async () => {
    expect(await runBff(["--help"])).toMatchObject({ code: 0, complaints: "" });
    expect((await runBff(["migrate", "--help"])).said.join()).toContain("--emit <folder>");
  });

  it("a database that cannot be reached is told without a stack", async () => {
    const { code, complaints } = await runBff(["migrate"], { DATABASE_URL: "postgres://127.0.0.1:1/x" });
    expect(code).toBe(1);
    expect(complaints).toContain("ECONNREFUSED");
    expect(complaints).not.toContain("    at ");
  });
});

it("the command is started as a program", async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const start = (...args: string[]) =>
    promisify(execFile)(process.execPath, ["--conditions=@genbff/source", main, ...args]);
  expect((await start("--help")).stdout).toContain("bff migrate");
  await expect(start("migrate", "--emitt")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--emitt"),
  });
});
