import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A secret of this installation's own, made once: links and sessions survive a restart. */
export async function readSecret(folder: string, name: string): Promise<string> {
  const path = join(folder, `${name}.secret`);
  const kept = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (kept !== undefined) return kept;
  const secret = randomBytes(32).toString("hex");
  await mkdir(folder, { recursive: true });
  // Renamed into place: half a secret is never read.
  await writeFile(`${path}.new`, secret, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return secret;
}
