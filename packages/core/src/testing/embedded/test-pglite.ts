import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { coreMigrations } from "../../database/migration-files.ts";
import { pglite } from "../../database/pglite.ts";
import { clusterIn, createCluster } from "../../database/pglite-folder.ts";
import type { Database } from "../../database/port.ts";
import { makeMemoryFolder } from "./memory-folder.ts";

/** An embedded database of one test file's own. Migrate it: that takes 0.2 s, and making one anew 4 s. */
export interface TestPglite {
  readonly database: Database;
  readonly folder: string;
  /** Closes the database and deletes the folder. */
  close(): Promise<void>;
}

/** Makes a folder with an empty embedded database in it, in some 0.1 s. */
export async function createTestPglite(): Promise<TestPglite> {
  const folder = makeMemoryFolder("genbff-pglite-");
  await seedPglite(folder);
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

/** Puts an empty embedded database where a program is going to open one, so that its first start is as fast as its second. */
export async function seedPglite(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(await emptyCluster(), clusterIn(folder), { recursive: true });
}

/** Made once for each version of PGlite, and kept where reinstalling clears it away. */
async function emptyCluster(): Promise<string> {
  const core = dirname(dirname(coreMigrations().path));
  const cache = join(core, "node_modules", ".cache");
  const kept = join(cache, `pglite-${await pgliteVersion()}`);
  if (existsSync(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const unfinished = join(await mkdtemp(join(cache, "unfinished-")), "pgdata");
  await createCluster(unfinished);
  try {
    await rename(unfinished, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error; // else another test file was faster
  } finally {
    await rm(dirname(unfinished), { recursive: true, force: true });
  }
  return kept;
}

async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const file = join(dirname(entry), "..", "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
