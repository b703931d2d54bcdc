import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const studio = fileURLToPath(new URL("../studio", import.meta.url));
const builds = fileURLToPath(new URL("../dist", import.meta.url));
/** Everything the page is made of. */
const sources = [
  "index.html",
  "vite.config.ts",
  "src",
  "public",
  "../../../packages/client-sdk/src",
  "../package.json",
];

/** The folder of the built page; builds it where there is none of these very sources. Takes two seconds, once. */
export async function buildStudio(): Promise<string> {
  const built = join(builds, `studio-${await digestOfSources()}`);
  if (existsSync(built)) return built;
  const { build } = await import("vite");
  await mkdir(builds, { recursive: true });
  const mine = await mkdtemp(join(builds, "building-"));
  await build({ root: studio, logLevel: "error", build: { outDir: mine, emptyOutDir: true } });
  // Put in place whole: several servers may start at once, and none may serve what another is still writing.
  await rename(mine, built).catch(async (error: NodeJS.ErrnoException) => {
    if (!existsSync(built)) throw error;
    await rm(mine, { recursive: true });
  });
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
  return hash.digest("hex").slice(0, 16);
}
