import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { coreMigrations, readMigrations } from "./migration-files.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "genbff-files-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

it("finds the library's own files", async () => {
  const files = await readMigrations(coreMigrations());
  expect(files.map((file) => file.number)).toEqual(files.map((_, index) => index + 1));
});

it("leaves out what is no SQL", async () => {
  writeFileSync(join(path, "README.md"), "");
  expect(await readMigrations({ name: "team", path })).toEqual([]);
});

it.each(["1_one.sql", "0001-one.sql", "0001_One.sql"])("refuses a file named %s", async (name) => {
  writeFileSync(join(path, name), "select 1;");
  await expect(readMigrations({ name: "team", path })).rejects.toThrow("is not named like");
});

it("refuses two files with one number", async () => {
  writeFileSync(join(path, "0001_one.sql"), "select 1;");
  writeFileSync(join(path, "0001_two.sql"), "select 1;");
  await expect(readMigrations({ name: "team", path })).rejects.toThrow("have the number 1");
});

it("refuses a folder with a name that cannot stand in a statement", async () => {
  await expect(readMigrations({ name: "it's", path })).rejects.toThrow("cannot name");
});
