import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { coreMigrations, readMigrations } from "../../database/migration-files.ts";
import { pglite } from "../../database/pglite.ts";
import { clusterIn, createCluster, type OpenPglite } from "../../database/pglite-folder.ts";
import type { Database } from "../../database/port.ts";
import { makeMemoryFolder } from "./memory-folder.ts";

/** An embedded database of one test file's own. */
export interface TestPglite {
  readonly database: Database;
  readonly folder: string;
  /** Closes the database and deletes the folder. */
  close(): Promise<void>;
}

/**
 * Makes a folder with an embedded database in it, in some 0.1 s: a copy of one that was migrated once, which takes a second.
 *
 * @param options - `empty`: no migration at all, for tests of migrating.
 */
export async function createTestPglite({ empty = false } = {}): Promise<TestPglite> {
  const folder = makeMemoryFolder("genbff-pglite-");
  await copyInto(folder, empty ? emptyCluster() : migratedCluster());
  const database = pglite(folder);
  return {
    database,
    folder,
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same, migrated, without the driver: for what looks past it. `close` deletes its folder as well. */
export async function openTestPglite(): Promise<OpenPglite> {
  const folder = makeMemoryFolder("genbff-pglite-");
  await copyInto(folder, migratedCluster());
  const pg = await PGlite.create(clusterIn(folder));
  return {
    pg,
    async close() {
      await pg.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Puts an empty embedded database where a program is going to open one, so that its first start is as fast as its second. */
export function seedPglite(folder: string): Promise<void> {
  return copyInto(folder, emptyCluster());
}

async function copyInto(folder: string, cluster: Promise<string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(await cluster, clusterIn(folder), { recursive: true });
}

/** Made once for each version of PGlite. */
async function emptyCluster(): Promise<string> {
  return kept(await pgliteVersion(), createCluster);
}

/** Named by what is in it as well, so that an edited migration gives another one while tests are being watched. */
async function migratedCluster(): Promise<string> {
  const [version, files] = await Promise.all([pgliteVersion(), readMigrations(coreMigrations())]);
  const checksums = files.map(({ name, checksum }) => `${name} ${checksum}`).join("\n");
  const name = createHash("sha256").update(checksums).digest("hex").slice(0, 16);
  return kept(`${version}-${name}`, async (data) => {
    await forgetOthers(`pglite-${version}-`, name);
    await cp(await emptyCluster(), data, { recursive: true });
    const database = pglite(dirname(data));
    await database.migrate?.([]);
    await database.close();
  });
}

/** Of earlier migrations: each takes 40 MB, and the seeded defects of `pnpm mutants` are many. */
async function forgetOthers(prefix: string, name: string): Promise<void> {
  const others = (await readdir(cache)).filter((one) => one.startsWith(prefix) && !one.endsWith(name));
  await Promise.all(others.map((one) => rm(join(cache, one), { recursive: true, force: true })));
}

/** Where reinstalling clears it away. */
const cache = join(dirname(dirname(coreMigrations().path)), "node_modules", ".cache");

async function kept(name: string, make: (data: string) => Promise<void>): Promise<string> {
  const cluster = join(cache, `pglite-${name}`);
  if (existsSync(cluster)) return cluster;
  await mkdir(cache, { recursive: true });
  const unfinished = clusterIn(await mkdtemp(join(cache, "unfinished-")));
  await make(unfinished);
  try {
    await rename(unfinished, cluster);
  } catch (error) {
    if (!existsSync(cluster)) throw error; // else another test file was faster
  } finally {
    await rm(dirname(unfinished), { recursive: true, force: true });
  }
  return cluster;
}

async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const file = join(dirname(entry), "..", "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
