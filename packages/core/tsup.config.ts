import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/cli/main.ts",
    "src/contract/index.ts",
    "src/credits/price.ts",
    "src/database/postgres.ts",
    "src/database/pglite.ts",
    "src/supabase/index.ts",
    "src/storage/files.ts",
    "src/s3/index.ts",
    "src/testing/index.ts",
  ],
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "es2022",
  treeshake: true,
});
