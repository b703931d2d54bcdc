import { cp } from "node:fs/promises";
import { defineConfig } from "tsup";

export default defineConfig((options) => ({
  entry: ["src/index.ts", "src/cli.ts"],
  format: ["esm"],
  dts: { entry: "src/index.ts" },
  sourcemap: true,
  clean: true,
  target: "es2022",
  treeshake: true,
  // The page's files are served as they are, from beside the bundle.
  onSuccess: () => cp("src/page", `${options.outDir ?? "dist"}/page`, { recursive: true }),
}));
