import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    // The pages of the docs run here with globals, an environment and a folder of their own.
    isolate: true,
    name: "makeit3d",
    // Not what a run of the docs that was cut off has left in .cache.
    include: ["{src,studio,tests}/**/*.test.ts"],
    environment: "node",
    globalSetup: "../../tools/embedded-postgres.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxConcurrency: 4,
  },
});
