import { defineProject } from "vitest/config";
import { sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    name: "core",
    include: ["src/**/*.test.ts"],
    environment: "node",
    globalSetup: "../../tools/embedded-postgres.ts",
    // For what hangs, not for what is slow: CI's machines are busy.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
