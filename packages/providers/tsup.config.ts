import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/index.ts",
    ...["ai-sdk", "fal", "gemini", "openai", "recraft", "replicate", "seedream", "stability", "tripo"].map(
      (name) => `src/${name}/index.ts`,
    ),
  ],
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "es2022",
  treeshake: true,
});
