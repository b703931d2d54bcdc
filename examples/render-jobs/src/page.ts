import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../page", import.meta.url));

/** Builds the page into this folder, which takes a second, and resolves to it. */
export async function buildPage(outDir: string): Promise<string> {
  const { build } = await import("vite");
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  return outDir;
}
