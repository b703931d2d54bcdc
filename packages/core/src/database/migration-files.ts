import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MigrationFolder } from "./port.ts";

/** One numbered file, as read from a folder. */
export interface MigrationFile {
  readonly folder: string;
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const folderName = /^[a-z0-9][a-z0-9_-]*$/;
const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * Reads the numbered `.sql` files of a folder, in their order.
 *
 * @throws Error - a file is not named like `0001_what_it_does.sql`, or two share a number.
 */
export async function readMigrations(folder: MigrationFolder): Promise<MigrationFile[]> {
  if (!folderName.test(folder.name)) throw new Error(`"${folder.name}" cannot name a migration folder`);
  const names = (await readdir(folder.path)).filter((name) => name.endsWith(".sql")).sort();
  const files = await Promise.all(names.map((name) => readMigration(folder, name)));
  files.forEach((file, index) => {
    if (files[index - 1]?.number === file.number) {
      throw new Error(`Two migrations of "${folder.name}" have the number ${file.number}`);
    }
  });
  return files;
}

async function readMigration(folder: MigrationFolder, name: string): Promise<MigrationFile> {
  const number = fileName.exec(name)?.[1];
  if (number === undefined) {
    throw new Error(`Migration ${join(folder.path, name)} is not named like 0001_what_it_does.sql`);
  }
  // Git may check a file out with other line ends; that is no edit.
  const sql = (await readFile(join(folder.path, name), "utf8")).replaceAll("\r\n", "\n");
  const checksum = createHash("sha256").update(sql).digest("hex");
  return { folder: folder.name, number: Number(number), name, sql, checksum };
}

/**
 * The library's own migrations. The drivers run them first, before a team's folders.
 *
 * Finds `sql/migrations` from the sources and from a bundled chunk alike, by walking up to the package.
 *
 * @throws Error - the package was bundled into something that holds no `.sql` files.
 */
export function coreMigrations(): MigrationFolder {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isCore(folder)) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(
        "The migrations of @genbff/core were not found beside the code: leave the package out of the bundle, or migrate at deployment and set `migrate: false`",
      );
    }
    folder = parent;
  }
  return { name: "core", path: join(folder, "sql", "migrations") };
}

function isCore(folder: string): boolean {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  const { name } = JSON.parse(readFileSync(file, "utf8")) as { name?: string };
  return name === "@genbff/core" && existsSync(join(folder, "sql", "migrations"));
}
