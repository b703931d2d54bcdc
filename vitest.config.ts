import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongFirst } from "./tools/long-first.ts";

const chromium = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

// Where workers, and the programs that tests start, keep what they have compiled: most of them load the same 700 files.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      "tools/vitest.config.ts",
      "packages/*/vitest.config.ts",
      "examples/*/vitest.config.ts",
      "tests/vitest.config.ts",
      // Left out where there is no browser, so that the tests pass on any machine; CI installs one.
      ...(existsSync(chromium) ? ["packages/*/vitest.browser.config.ts"] : []),
    ],
    reporters: ["default", "./tools/summary-reporter.ts"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text", "lcov"],
      thresholds: { lines: 50 },
    },
  },
});
