import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { lockFolder } from "./folder-lock.ts";

/** An embedded database that is open, and how to close it. */
export interface OpenPglite {
  readonly pg: PGlite;
  close(): Promise<void>;
}

/** Opens a database that nobody else sees and that keeps nothing. */
export async function openInMemory(): Promise<OpenPglite> {
  const pg = await PGlite.create();
  return { pg, close: () => pg.close() };
}

/**
 * Opens the database in a folder, for this process alone; makes both if they are missing.
 *
 * @throws Error - another process has the folder.
 */
export async function openFolder(folder: string): Promise<OpenPglite> {
  const unlock = await lockFolder(folder);
  try {
    const data = clusterIn(folder);
    if (!existsSync(data)) await createCluster(data);
    const pg = await PGlite.create(data);
    return {
      pg,
      async close() {
        try {
          await pg.close();
        } finally {
          unlock();
        }
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Where in its folder the database's own files lie; the lock lies beside them. */
export function clusterIn(folder: string): string {
  return join(resolve(folder), "pgdata");
}

/** Makes an empty database. Takes seconds, and half a one looks whole: so it gets its name when it is complete. */
export async function createCluster(data: string): Promise<void> {
  const unfinished = `${data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  const pg = await PGlite.create(unfinished);
  await pg.close();
  await rename(unfinished, data);
}
