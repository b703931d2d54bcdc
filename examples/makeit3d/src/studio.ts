import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const studio = fileURLToPath(new URL("../studio", import.meta.url));
const built = join(studio, "dist");
const stamp = join(built, ".built-from");
/** Everything the page is made of. */
const sources = [
  "index.html",
  "vite.config.ts",
  "src",
  "public",
  "../../../packages/client-sdk/src",
  "../package.json",
];

/** The folder of the built page; builds it where it is missing or older than its sources. Takes two seconds, once. */
export async function buildStudio(): Promise<string> {
  const digest = await digestOfSources();
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === digest) return built;
  const { build } = await import("vite");
  await build({ root: studio, logLevel: "error" });
  await writeFile(stamp, digest);
  return built;
}

async function digestOfSources(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) {
    const path = join(studio, source);
    const names = source.includes(".", 3) ? [""] : (await readdir(path, { recursive: true })).sort();
    for (const name of names) {
      const bytes = await readFile(join(path, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EISDIR") return "";
        throw error;
      });
      hash.update(name).update(bytes);
    }
  }
  return hash.digest("hex");
}
