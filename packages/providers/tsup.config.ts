import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/index.ts",
    ...["ai-sdk", "fal", "openai", "replicate", "tripo"].map((name) => `src/${name}/index.ts`),
  ],
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "es2022",
  treeshake: true,
});
