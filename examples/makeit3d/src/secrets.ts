import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What this installation signs with. */
export interface Secrets {
  /** Signs file links, stream tickets and cursors. */
  readonly links: string;
  /** Signs the access tokens of local mode. */
  readonly tokens: string;
}

/** Reads the secrets of the data folder, or makes them once: links and sign-ins survive a restart. */
export async function readSecrets(dataDir: string): Promise<Secrets> {
  const path = join(dataDir, "secrets.json");
  try {
    return JSON.parse(await readFile(path, "utf8")) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const secrets: Secrets = {
    links: randomBytes(32).toString("hex"),
    tokens: randomBytes(32).toString("hex"),
  };
  await mkdir(dataDir, { recursive: true });
  // Put in place whole, and by the first alone: a start that is killed half-way leaves no half secret behind, and
  // processes that start together sign with the same.
  const mine = `${path}.${randomBytes(6).toString("hex")}.new`;
  await writeFile(mine, JSON.stringify(secrets), { mode: 0o600 });
  try {
    await link(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(mine);
  }
  return JSON.parse(await readFile(path, "utf8")) as Secrets;
}
