import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "logokraft",
    include: ["tests/**/*.test.ts"],
    environment: "node",
    globalSetup: "../../tools/embedded-postgres.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
