import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
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
  // Renamed into place: a start that is killed half-way leaves no half secret behind.
  await writeFile(`${path}.new`, JSON.stringify(secrets), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return secrets;
}
